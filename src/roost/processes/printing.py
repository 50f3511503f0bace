"""What a process prints: one line an entry, to its own file under `log/`."""

import logging
import sys
from typing import Any

import structlog


def start(role: str) -> Any:
    """To be called first in a process; returns its logger. Times are UTC."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="level=%(levelname)s %(name)s: %(message)s"
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    return structlog.get_logger(f"roost.{role}")
