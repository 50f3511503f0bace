"""Rules by which the floor asks for somebody: part of the definitions, decided by `office`."""

from enum import StrEnum

from msgspec import Struct

from roost.kernel.ids import ClientId, QueueId
from roost.kernel.time import DurationUs


class AlertMeasure(StrEnum):
    """What a rule looks at, in its own unit."""

    WAITING = "waiting"  # contacts that wait now
    LONGEST_WAIT = "longest_wait"  # seconds that the first of them has waited
    SERVICE_LEVEL = "service_level"  # per cent, of today
    ABANDONED = "abandoned"  # contacts of today
    READY = "ready"  # agents who are ready


class AlertRule(Struct, frozen=True, gc=False):
    """Raised when the measure has been beyond the threshold for `for_us`, cleared when it's back
    at `clears_at`. About a queue, a client, a team, or (none of them) the centre. `to` names
    the roles that get it; `what_to_do` is for them."""

    id: str
    measure: AlertMeasure
    threshold: int
    clears_at: int
    above: bool  # beyond is above the threshold; else below it
    for_us: DurationUs
    to: tuple[str, ...]
    what_to_do: str
    client: ClientId | None = None
    queue: QueueId | None = None
    team: str = ""
