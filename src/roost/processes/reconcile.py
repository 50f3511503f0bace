"""After a restart: what media holds against what the log says.

Legs that nobody knows are closed, except desks' standing ones, which stand between calls and
are their desk's to close; legs that the log has and media hasn't are ended with that
reason. What ended or was pressed meanwhile comes by itself, from media's outbox. Legs that
only signalling has (a caller who isn't heard yet, a phone that still rings) need no media.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from roost.floor.calls.messages import LegClosed
from roost.floor.calls.model import Calls, LegState
from roost.floor.effects import FromLeg
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import LegId
from roost.ports import media

CONNECTED = frozenset({LegState.ANSWERED, LegState.UP, LegState.BRIDGED})


class Differences(Struct, frozen=True):
    unknown: tuple[LegId, ...]  # close them in media
    missing: tuple[LegClosed, ...]  # give these to the engine


def differences(
    calls: Calls, held: Iterable[media.LegState], ringing: Sequence[str] = ()
) -> Differences:
    """Between the cell's calls and all legs that media holds. `ringing` are legs that
    signalling knows and the log needn't (phones that answer at this moment)."""
    holding = list(held)
    there = {state.leg for state in holding}
    unknown = [
        state.leg
        for state in holding
        if state.leg not in calls.legs
        and state.leg not in ringing
        and not media.stands(state.contact)
    ]
    missing: list[LegClosed] = []
    for call in calls.calls.values():
        if call.ended_at is not None:
            continue
        heard = {
            leg
            for route in call.routes
            for leg in (
                route.listener,
                *((route.source.leg,) if isinstance(route.source, FromLeg) else ()),
            )
        }
        missing += [
            LegClosed(leg.id, Blame.US, Reason.MEDIA_LOST)
            for leg in call.legs.values()
            if leg.id not in there and (leg.state in CONNECTED or leg.id in heard)
        ]
    return Differences(tuple(sorted(unknown)), tuple(missing))
