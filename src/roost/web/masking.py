"""A caller's number as everybody sees it who may see contacts: enough to tell two apart."""

from typing import Final

SHOWN: Final = 3  # digits at the end
LEAST: Final = 7  # of a number; of a shorter one none is shown


def masked(number: str) -> str:
    """`13800138000` is `••••••••000`; what isn't a number is only dots."""
    hidden = len(number)
    if len(number) >= LEAST and number[-SHOWN:].isdigit():
        hidden -= SHOWN
    return "•" * hidden + number[hidden:]
