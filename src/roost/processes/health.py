"""What `GET /api/health` asks of the parts that only a composition root knows."""

import asyncio
from collections.abc import Callable

from roost.web.health import Check, PartHealth

Asked = Callable[[], bool]


def of_link(connected: asyncio.Event) -> Check:
    """Whether commands reach control."""

    async def ask() -> PartHealth:
        if connected.is_set():
            return PartHealth("control", True)
        return PartHealth(
            "control",
            False,
            "no connection",
            "It's being started; if this lasts, read log/control.log in the data folder.",
        )

    return Check("control", ask)


def of_configured(configured: Asked) -> Check:
    """Whether any definitions are in force: before that nobody can call."""

    async def ask() -> PartHealth:
        if configured():
            return PartHealth("definitions", True)
        mend = "The first start speaks its prompts; if this lasts, read log/control.log."
        return PartHealth("definitions", False, "none in force yet", mend)

    return Check("definitions", ask)
