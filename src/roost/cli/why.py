"""Why a contact went to whom: the log's own words for each decision of routing."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

WORDS: Final = {
    "skills": "may not serve it (skills, or team)",
    "busy": "busy",
    "away": "away",
    "resting": "resting",
}

KEPT: Final = {
    "helped_last": ", who helped this caller last",
    "named": ", whom the number called belongs to",
}


def sentence(what: str, detail: Mapping[str, str]) -> str | None:
    """An event of routing or of a queue in words; None for any other. `detail` has texts as they
    are and anything else as JSON (`ports.records.Happening`); what's nothing isn't there."""
    match what:
        case "routing.Assigned":
            return _assigned(detail)
        case "queues.ContactQueued" if "only" in detail:
            why = KEPT.get(detail.get("kept", ""), "")
            until = _read(detail, "only_us", 0) / 1_000_000
            alone = "and nobody else" if _read(detail, "alone", False) else "at first"
            return f"held for {detail['only']}{why}, {alone}, for {until:.0f} s at most"
        case "queues.RingWidened":
            return f"ring {_read(detail, 'ring', 0)}: more people may serve it from now on"
        case "queues.PriorityChanged":
            raised = _read(detail, "asked", {}).get("raised", 0)
            return f"somebody set its priority {raised:+} over its queue's"
        case _:
            return None


def _read(detail: Mapping[str, str], name: str, otherwise: Any) -> Any:
    return msgspec.json.decode(detail[name]) if name in detail else otherwise


def _assigned(detail: Mapping[str, str]) -> str:
    waited = _read(detail, "waited_us", 0) / 1_000_000
    ring = _read(detail, "ring", 0)
    reached = "held for one agent" if ring < 0 else f"ring {ring}"
    head = (
        f"rung {detail.get('agent')} after {waited:.1f} s, {reached}; "
        f"chosen by {detail.get('policy')}, order {detail.get('order', '')}"
    )
    shown = _read(detail, "candidates", [])
    candidates = ", ".join(f"{one['agent']} (idle {one['idle_us'] / 1e6:.0f} s)" for one in shown)
    more = _read(detail, "eligible", 0) - len(shown)
    could = f"could have had it: {candidates}" + (f" and {more} more" if more > 0 else "")
    excluded = _read(detail, "excluded", {})
    rest = ", ".join(f"{count} {WORDS.get(why, why)}" for why, count in excluded.items())
    return f"{head}; {could}" + (f"; not: {rest}" if rest else "")
