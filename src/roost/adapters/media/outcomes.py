"""What media tells, as the floor's commands."""

from roost.adapters.media import wire
from roost.floor.calls.messages import (
    DigitsCollected,
    LegInterrupted,
    LegMeasured,
    LegResumed,
    LegSilent,
    PlayEnded,
    TrackClosed,
)
from roost.kernel.ids import OPERATOR, VaultId, owner_of
from roost.kernel.messages import Command, VaultPut

NOTHING = (VaultId(""), b"")


def command_of(body: wire.OutcomeBody) -> tuple[Command, VaultPut | None, tuple[VaultId, bytes]]:
    """(the command, what goes into the vault with it, what stays in memory: an empty id when
    nothing does)."""
    if isinstance(body, wire.PlayDone):
        return PlayEnded(body.contact, body.play), None, NOTHING
    if isinstance(body, wire.DigitsDone):
        return _digits(body)
    if isinstance(body, wire.TrackDone):
        asked = body.asked
        closed = TrackClosed(
            asked.contact,
            asked.leg,
            asked.track,
            body.file,
            body.length_us,
            body.bytes,
            body.gap_us,
        )
        return closed, None, NOTHING
    if isinstance(body, wire.Measured):
        measured = LegMeasured(
            body.contact,
            body.leg,
            body.received,
            body.sent,
            body.lost,
            body.jitter_us,
            body.strangers,
            body.far_lost,
            body.far_jitter_us,
            body.round_trip_us,
        )
        return measured, None, NOTHING
    if isinstance(body, wire.Interrupted):
        told = LegResumed(body.leg) if body.back else LegInterrupted(body.leg)
        return told, None, NOTHING
    return LegSilent(body.leg), None, NOTHING


def _digits(body: wire.DigitsDone) -> tuple[Command, VaultPut | None, tuple[VaultId, bytes]]:
    asked, digits = body.asked, body.digits
    count = len(digits)
    single = digits if count == 1 and asked.most == 1 and not asked.mask else ""
    value = VaultId(f"digits:{asked.collect}") if count and not single else None
    command = DigitsCollected(
        asked.contact, asked.collect, count, body.ended_by, digit=single, value=value
    )
    if value is None:
        return command, None, NOTHING
    if asked.mask:
        return command, None, (value, digits.encode())
    owner = owner_of(asked.client) if asked.client else OPERATOR
    return command, VaultPut(value, owner, digits.encode()), NOTHING
