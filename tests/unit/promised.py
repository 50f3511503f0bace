"""A term of service to change: eighty in a hundred of a month, one per cent a point."""

from typing import Any

from roost.office.contracts.terms import Period, Term


def term(**rules: Any) -> Term:
    """That term, but for these rules."""
    values: dict[str, Any] = {
        "name": "sl",
        "queues": (),
        "measure": "service_level",
        "version": 1,
        "target": "0.80",
        "period": Period.MONTH,
        "percent": "1",
    } | rules
    return Term(**values)
