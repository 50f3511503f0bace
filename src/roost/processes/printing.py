"""What a process prints: one line an entry, to its own file under `log/`."""

import logging
import sys
from contextlib import suppress
from typing import IO, Any

import structlog


class _Forgiving:
    """Standard error, as far as it can be written: on a full disk the process goes on without
    its words."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def start(role: str) -> Any:
    """To be called first in a process; returns its logger. Times are UTC."""
    words: Any = _Forgiving(sys.stderr)
    logging.basicConfig(
        stream=words, level=logging.WARNING, format="level=%(levelname)s %(name)s: %(message)s"
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(words),
        cache_logger_on_first_use=True,
    )
    return structlog.get_logger(f"roost.{role}")
