"""Modes: surge, closed and emergency, declared by people for some of a client's callers."""

from roost.floor.affected import ModeKind, Scope
from roost.kernel.ids import ModeId, QueueId, VaultId
from roost.kernel.messages import Command, Event
from roost.kernel.time import InstantUs

# --- commands ---


class DeclareMode(Command, frozen=True, gc=False):
    """From `begins` (an hour ago at the earliest; None: now) until `ends`, for whom the scope
    affects. They hear one of the client's announcements, if it's named. In an emergency those
    who wait go to the queue `to`, if it's named. Who declares it and why lies in the client's
    vault. Refused: no_such_client, unknown_queue, unknown_list, unknown_value,
    unknown_announcement, mode_without_end, mode_too_long, mode_too_early, mode_leads_back,
    too_many_modes."""

    kind: ModeKind
    scope: Scope
    ends: InstantUs
    begins: InstantUs | None = None
    announcement: str = ""
    to: QueueId | None = None
    words: VaultId | None = None


class ExtendMode(Command, frozen=True, gc=False):
    """It lasts longer, or less long. Refused: unknown_mode, mode_without_end, mode_too_long."""

    mode: ModeId
    ends: InstantUs


class EndMode(Command, frozen=True, gc=False):
    """At once. `withdrawn`: as if it had never been declared, within a minute of that. Refused:
    unknown_mode, too_late_to_withdraw."""

    mode: ModeId
    withdrawn: bool = False


class ModeBegins(Command, frozen=True, gc=False):
    """A mode that was declared for later: its time has come."""

    mode: ModeId


class ModeLapses(Command, frozen=True, gc=False):
    """A mode's lease."""

    mode: ModeId
    ends: InstantUs


# --- events ---


class ModeDeclared(Event, frozen=True, gc=False, kw_only=True):
    """Somebody (the envelope's actor) declared a mode: a surge is a storm's declaration, for
    whoever reads it. It's in force from ModeBegan on; `begins` may lie before that."""

    mode: ModeId
    kind: ModeKind
    scope: Scope
    begins: InstantUs
    ends: InstantUs
    announcement: str = ""
    to: QueueId | None = None
    words: VaultId | None = None


class ModeBegan(Event, frozen=True, gc=False, kw_only=True):
    """It's in force."""

    mode: ModeId


class ModeExtended(Event, frozen=True, gc=False, kw_only=True):
    """It ends at another time than it was declared for."""

    mode: ModeId
    ends: InstantUs


class ModeOver(Event, frozen=True, gc=False, kw_only=True):
    """It's no longer in force. `why`: ended (by a person), lapsed, or withdrawn: then it counts
    as never declared."""

    mode: ModeId
    why: str
