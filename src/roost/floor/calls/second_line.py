"""An agent's phone with two lines: the agent's leg has two dialogs, of which the phone speaks by
one, or has joined both. Everybody but whom it consults belongs to the first line, whom it
consults to the second; what the phone holds is who's on hold (docs/decisions/0017).

    the phone holds     who hears whom
    the first           the agent and whom they consult; music for the customer
    the second          the agent and the customer; music for the other
    neither             everybody: what the phone mixes itself is mixed here, and once
    both                music for everybody but the agent
"""

from roost.floor.calls import messages as m
from roost.floor.calls.hearing import STALE
from roost.floor.calls.model import Call, Calls, Leg
from roost.floor.calls.parties import Talk
from roost.floor.calls.talks import fails, standing
from roost.floor.effects import EndLine
from roost.floor.parties import Party
from roost.kernel.ends import Reason
from roost.kernel.ids import LegId
from roost.kernel.messages import NOTHING, Decision, Refusal
from roost.kernel.time import InstantUs


def _hosts(state: Calls, id: LegId) -> tuple[Call, Leg] | None:
    found = standing(state, id)
    return found if found is not None and found[0].host == id else None


def lines_held(state: Calls, now: InstantUs, command: m.LinesHeld) -> Decision | Refusal:
    """A consultation that was merged, or is over, has no second line: the phone holds its talk
    when it holds both."""
    found = _hosts(state, command.leg)
    if found is None:
        return STALE
    call, _ = found
    if call.transfer is None or not call.transfer.line:
        both = command.first and command.second
        return hold_by_line(Talk(state, call), command.leg, both, both)
    return hold_by_line(Talk(state, call), command.leg, command.first, command.second)


def hold_by_line(talk: Talk, host: LegId, first: bool, second: bool) -> Decision:
    """Who is on hold, by what the phone of the `host` holds."""
    transfer = talk.call.transfer
    for voice in tuple(talk.voices.values()):
        if voice.leg != host and voice.party is not Party.WATCHER:
            consulted = transfer is not None and voice.leg == transfer.leg
            talk.hold(voice.leg, second if consulted else first)
    return talk.decision() if talk.events else NOTHING


def line_closed(state: Calls, now: InstantUs, command: m.LineClosed) -> Decision | Refusal:
    """Whoever was called, or spoken to, by the second line is let go; by the first one the agent
    has the customer again."""
    found = _hosts(state, command.leg)
    if found is None:
        return STALE
    call, host = found
    talk = Talk(state, call)
    if call.transfer is not None and call.transfer.line:
        fails(talk, Reason.CANCELLED)
        talk.effects = [one for one in talk.effects if not isinstance(one, EndLine)]
        target = call.legs.get(call.transfer.leg or "")
        if target is not None:
            talk.let_go(target, Reason.CALLER_LEFT)
    elif call.transfer is not None:
        return NOTHING
    talk.hold_others(host.id, command.held)
    return talk.decision() if talk.events else NOTHING
