"""Why a contact went to whom: the log's own words for each decision of routing."""

from collections.abc import Mapping
from typing import Any, Final

WORDS: Final = {
    "skills": "may not serve it (skills, or team)",
    "busy": "busy",
    "away": "away",
    "resting": "resting",
}


def sentence(what: str, detail: Mapping[str, Any]) -> str | None:
    """An event of routing or of a queue in words; None for any other."""
    match what:
        case "routing.Assigned":
            return _assigned(detail)
        case "queues.RingWidened":
            return f"ring {detail.get('ring')}: more people may serve it from now on"
        case "queues.PriorityChanged":
            raised = detail.get("asked", {}).get("raised", 0)
            return f"somebody set its priority {raised:+} over its queue's"
        case _:
            return None


def _assigned(detail: Mapping[str, Any]) -> str:
    waited = detail.get("waited_us", 0) / 1_000_000
    ring = detail.get("ring", 0)
    reached = "held for one agent" if ring < 0 else f"ring {ring}"
    head = (
        f"rung {detail.get('agent')} after {waited:.1f} s, {reached}; "
        f"chosen by {detail.get('policy')}, order {detail.get('order', '')}"
    )
    candidates = ", ".join(
        f"{one['agent']} (idle {one['idle_us'] / 1_000_000:.0f} s)"
        for one in detail.get("candidates", ())
    )
    more = detail.get("eligible", 0) - len(detail.get("candidates", ()))
    could = f"could have had it: {candidates}" + (f" and {more} more" if more > 0 else "")
    excluded = detail.get("excluded", {})
    rest = ", ".join(f"{count} {WORDS.get(why, why)}" for why, count in excluded.items())
    return f"{head}; {could}" + (f"; not: {rest}" if rest else "")
