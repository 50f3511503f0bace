"""What the stream `audit` says: somebody listened, looked, exported or changed something.

`owner` is whose thing it was: the client of a contact, the operator for its own. The envelope
has who did it and when. Nothing personal: accounts, contacts and agents stand here by their ids.
Each is committed before the thing is handed out or the command given; so what's asked for and
then refused stands here as well.
"""

from collections.abc import Mapping
from typing import Final, Literal

from roost.kernel.ids import AgentId, Digest, ModeId, MoveId, StreamName
from roost.kernel.messages import Event

AUDIT: Final = StreamName("audit")


class Noted(Event, frozen=True, gc=False, kw_only=True):
    """An entry of the trail. `mac` chains it to the one before (`adapters.store.chain`)."""

    mac: str = ""


class RecordingHeard(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody was given a contact's recording, or a voicemail, or a part of one."""

    ref: str


class TalkWatched(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody asked to listen to an agent's talk, to whisper, to barge in or to take it over."""

    agent: AgentId
    how: Literal["listen", "whisper", "barge", "take over"]
    ref: str | None = None


class NumberShown(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody was shown a contact's number in full."""

    ref: str


class DataExported(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody took a report or a list away as a file."""

    what: str
    format: str


class AccountChanged(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody made an account or changed it, or a token of it."""

    account: str
    how: Literal["made", "password", "teams", "disabled", "enabled", "token made", "token revoked"]


class ActedAs(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody at the centre's own machine acted as an account: what the office was told so."""

    account: str
    what: str


class WallboardChanged(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody paired a television or revoked it."""

    board: str
    how: Literal["paired", "revoked"]


class AgentCommanded(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody changed an agent's state for them: ended a break, signed out who went home."""

    agent: AgentId
    how: Literal["away", "ready", "sign-out"]


class AgentsMoved(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody gave or took a skill or a team for now, or put a move back."""

    move: MoveId
    agents: tuple[AgentId, ...]
    how: Literal["moved", "put back"]


class PrioritySet(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody changed the priority of a contact that waits: by how much it's over its queue's."""

    ref: str
    raised: int


class ModeSet(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody declared a surge, an emergency or a closing, or changed or ended one."""

    kind: str
    mode: ModeId | None  # None: about to be declared
    how: Literal["declared", "extended", "ended", "withdrawn"]


class PutInForce(Noted, frozen=True, gc=False, kw_only=True):
    """Definitions were put in force; the stream `settings` holds them by this version."""

    version: Digest


class KeyRenewed(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody gave an owner a new key, for what's sealed from then on; `fingerprint` is that of
    the one before, empty where there was none."""

    fingerprint: str


class KeyDestroyed(Noted, frozen=True, gc=False, kw_only=True):
    """An owner's keys were destroyed: older ones, as nothing lies under them any more, or all of
    them, so that nothing of the owner's can be read again."""

    fingerprints: tuple[str, ...]
    how: Literal["renewed", "destroyed"]


class MasterRotated(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody had all owners' keys wrapped by a new master key; `fingerprint` is the old one's."""

    fingerprint: str


class PersonHandled(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody looked for what there is of a person, took it away, or erased it: so many contacts,
    and of these and of what else was found so many values and recordings."""

    how: Literal["found", "exported", "erased"]
    contacts: int
    values: int
    recordings: int


class ValueCorrected(Noted, frozen=True, gc=False, kw_only=True):
    """Somebody put another text in the place of a contact's number or note."""

    ref: str
    how: Literal["number", "note"]


_EVENTS: Final = (
    RecordingHeard,
    TalkWatched,
    NumberShown,
    DataExported,
    AccountChanged,
    ActedAs,
    WallboardChanged,
    AgentCommanded,
    AgentsMoved,
    PrioritySet,
    ModeSet,
    PutInForce,
    KeyRenewed,
    KeyDestroyed,
    MasterRotated,
    PersonHandled,
    ValueCorrected,
)
AUDIT_EVENTS: Final[Mapping[str, type[Event]]] = {f"audit.{one.__name__}": one for one in _EVENTS}
"""Every event of the stream, by its type in the envelope."""
