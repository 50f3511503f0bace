"""What agents are asked to do, and what they're told."""

from typing import ClassVar

from roost.floor.definition import Skill
from roost.floor.parties import SegmentKind, Target, WatchMode
from roost.kernel.ends import Reason
from roost.kernel.ids import (
    AgentId,
    ClientId,
    ContactId,
    EntryId,
    LegId,
    MoveId,
    OfferId,
    QueueId,
    SegmentId,
    SkillId,
    TaskId,
    VaultId,
)
from roost.kernel.messages import Command
from roost.kernel.time import DurationUs, InstantUs

# --- commands of people (by the API) ---


class SignIn(Command, frozen=True, gc=False):
    """Signed in and away. Refused: unknown_agent, already_signed_in."""

    agent: AgentId


class SignOut(Command, frozen=True, gc=False):
    """Refused while a contact is with the agent: contact_open."""

    agent: AgentId


class GoReady(Command, frozen=True, gc=False):
    """From away, or from wrap-up once its code is given. Refused: not_signed_in,
    no_phone, contact_open, code_missing."""

    agent: AgentId


class GoAway(Command, frozen=True, gc=False):
    """During a contact: the next state, when the contact is finished."""

    agent: AgentId
    reason: str


class TakeOffer(Command, frozen=True, gc=False):
    """ "Pick up": asks the ringing phone to go off hook. Refused: no_offer."""

    agent: AgentId


class DeclineOffer(Command, frozen=True, gc=False):
    """The agent says no to what rings."""

    agent: AgentId


class Hold(Command, frozen=True, gc=False):
    """The agent puts the caller on hold, or takes the caller back."""

    agent: AgentId
    held: bool


class HangUp(Command, frozen=True, gc=False):
    """The agent ends the conversation, or what rings."""

    agent: AgentId


class WrapUp(Command, frozen=True, gc=False):
    """Finish the contact with a code; the note lies in the vault, and without one the draft is
    the note. Refused: nothing_to_wrap_up, unknown_code."""

    agent: AgentId
    code: str
    note: VaultId | None = None


class ExtendWrapUp(Command, frozen=True, gc=False):
    """More time to write up, once a segment: as long again as the queue's limit. Refused:
    nothing_to_wrap_up, already_extended."""

    agent: AgentId


class DraftNote(Command, frozen=True, gc=False):
    """What the agent has written so far, under this id in the vault: it becomes the note unless
    another one is given. Saved again under the same id it's no news. Refused:
    nothing_to_wrap_up."""

    agent: AgentId
    segment: SegmentId
    note: VaultId


class CompleteSegment(Command, frozen=True, gc=False):
    """A segment that was closed by the limit gets its code and note. Refused:
    nothing_to_complete, unknown_code."""

    agent: AgentId
    segment: SegmentId
    code: str
    note: VaultId | None = None


class RaiseHand(Command, frozen=True, gc=False):
    """The agent asks for help, or needs none any more; a supervisor who answers takes the hand
    down. Refused: already_so."""

    agent: AgentId
    raised: bool


class TellTeam(Command, frozen=True, gc=False):
    """A message to all of a team, or to one agent alone (`team` is empty then); its text lies in
    the operator's vault. Refused: unknown_team, unknown_agent, too_many_messages."""

    team: str
    text: VaultId
    agent: AgentId | None = None


class BringBack(Command, frozen=True, gc=False):
    """A supervisor ends somebody's break, or wrap-up: as GoReady, but a code that's missing is
    left to be completed. Refused: not_signed_in, no_phone, already_ready, contact_open."""

    agent: AgentId


class SendHome(Command, frozen=True, gc=False):
    """A supervisor signs out who has gone home; a wrap-up in hand is closed, and what's to be
    completed waits for their next shift. Refused: not_signed_in, contact_open, watching."""

    agent: AgentId


# Decided on the whole cell (floor/moving.py): what somebody may serve is the router's to know.


class MoveAgents(Command, frozen=True, gc=False):
    """A supervisor moves agents for now: each gets the skills in `gives` (at these levels), loses
    those in `takes`, and belongs to `team` (None: as before), until then. The definitions stay
    as they are. Refused, all of it: unknown_agent, unknown_skill, unknown_team,
    level_out_of_range, until_wrong, too_many_moves, too_many_at_once, serves_nobody, already_so."""

    move: MoveId  # comes with the command
    agents: tuple[AgentId, ...]
    gives: tuple[Skill, ...]
    takes: tuple[SkillId, ...]
    team: str | None
    until: InstantUs


class PutBack(Command, frozen=True, gc=False):
    """A move is undone, for these agents (none named: for all whom it moved). Refused:
    not_moved."""

    move: MoveId
    agents: tuple[AgentId, ...] = ()


class MoveLapses(Command, frozen=True, gc=False):
    """The end of a move."""

    move: MoveId


# Decided on the whole cell (floor/transferring.py), so that a transfer which can't come off
# is refused before anything is lost. All but Watch and its kin: only while talking (no_contact).


class Consult(Command, frozen=True, gc=False):
    """Everybody else is held, and the target called. Refused: no_contact, not_host,
    consulting, target_not_ready, unknown_target, too_many_parties."""

    agent: AgentId
    target: Target


class Transfer(Command, frozen=True, gc=False):
    """Blind: the contact goes to the target, the agent to wrap-up. Refused: no_contact,
    not_host, consulting, target_not_ready, unknown_target, queue_full."""

    agent: AgentId
    target: Target


class CompleteTransfer(Command, frozen=True, gc=False):
    """The agent leaves, everybody else talks; while the target's phone still rings, it's a blind
    transfer to it. Refused: no_contact, not_host, no_other_party."""

    agent: AgentId


class Toggle(Command, frozen=True, gc=False):
    """Those held come in, those in the talk are held. Refused: no_contact, not_host,
    no_other_party."""

    agent: AgentId


class Merge(Command, frozen=True, gc=False):
    """Everybody into one talk. Refused: no_contact, not_host, no_other_party, already_so."""

    agent: AgentId


class DropParty(Command, frozen=True, gc=False):
    """Let a guest or a consulted colleague go, who may still ring. Refused: no_contact,
    not_host, unknown_party."""

    agent: AgentId
    leg: LegId


class SendDigits(Command, frozen=True, gc=False):
    """Keys for whoever else is in the talk, guests first. They're shown and kept nowhere.
    Refused: no_contact, no_other_party, digits_wrong."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"digits"})

    agent: AgentId
    digits: str  # 0-9 * # A-D


class PauseRecording(Command, frozen=True, gc=False):
    """Nothing is recorded, until the agent or the client's limit ends it. Refused: no_contact,
    not_recorded, already_so."""

    agent: AgentId
    paused: bool


class CallOut(Command, frozen=True, gc=False):
    """Call somebody for a client, with the client's own number shown: an `entry` of its
    directory, a `number`, or that of a `task` that the agent holds. The agent's own phone is rung
    first. Refused: not_signed_in, contact_open, watching, no_phone, unknown_client,
    unknown_target, not_taken, too_many_calls, no_media."""

    agent: AgentId
    client: ClientId
    number: VaultId | None = None
    entry: EntryId | None = None
    task: TaskId | None = None


class Watch(Command, frozen=True, gc=False):
    """A supervisor, who is away and has a phone, hears what an agent says and hears. Refused:
    not_signed_in, not_away, no_phone, watching, no_contact, too_many_parties."""

    agent: AgentId
    of: AgentId
    mode: WatchMode


class SetWatch(Command, frozen=True, gc=False):
    """Listen, whisper, barge. Refused: not_watching, already_so."""

    agent: AgentId
    mode: WatchMode


class StopWatching(Command, frozen=True, gc=False):
    """The supervisor hangs up. Refused: not_watching."""

    agent: AgentId


class TakeOver(Command, frozen=True, gc=False):
    """The watcher becomes the contact's agent, and the one watched goes to wrap-up. Refused:
    not_watching, no_contact (the watcher's phone isn't up yet)."""

    agent: AgentId


# --- commands of the world and of the reactions ---


class PhoneRegistered(Command, frozen=True, gc=False):
    """A phone of the agent is registered."""

    agent: AgentId


class PhoneLapsed(Command, frozen=True, gc=False):
    """The agent's last registration ran out or was taken back."""

    agent: AgentId


class Offer(Command, frozen=True, gc=False):
    """Ring this agent for this contact."""

    agent: AgentId
    contact: ContactId
    offer: OfferId
    queue: QueueId
    client: ClientId
    ring_us: DurationUs
    kind: SegmentKind = SegmentKind.ANSWER


class BeginWork(Command, frozen=True, gc=False):
    """The agent has taken a task that was routed."""

    agent: AgentId
    task: TaskId
    contact: ContactId | None
    queue: QueueId
    client: ClientId
    interruptible: bool


class EndWork(Command, frozen=True, gc=False):
    """It's with the agent no more: done, tried, given back (`why`)."""

    agent: AgentId
    task: TaskId
    why: str


class OfferLapsed(Command, frozen=True, gc=False):
    """The ring's timer."""

    agent: AgentId
    offer: OfferId


class OfferFailed(Command, frozen=True, gc=False):
    """The agent's phone didn't take it."""

    agent: AgentId
    offer: OfferId
    reason: Reason


class WithdrawOffer(Command, frozen=True, gc=False):
    """The caller left while the phone rang: the agent is ready again."""

    agent: AgentId
    offer: OfferId


class UndoOffer(Command, frozen=True, gc=False):
    """The offer was decided and couldn't be made, by a fault of ours: both are free again."""

    agent: AgentId
    contact: ContactId
    offer: OfferId


class AcceptOffer(Command, frozen=True, gc=False):
    """The agent's phone answered."""

    agent: AgentId
    offer: OfferId


class LeaveContact(Command, frozen=True, gc=False):
    """The conversation is over: wrap-up begins."""

    agent: AgentId
    offer: OfferId


class ReturnContact(Command, frozen=True, gc=False):
    """Accepted, but gone before anyone was heard: as if it had been declined."""

    agent: AgentId
    offer: OfferId


class BeginCallOut(Command, frozen=True, gc=False):
    """The call that the agent asked for has become a contact, and the agent's phone rings for
    it: an offer of the kind `outbound`, from whatever state. Refused (stale): it can't be."""

    agent: AgentId
    contact: ContactId
    offer: OfferId
    queue: QueueId  # whose wrap-up rules hold: the client's default queue
    client: ClientId
    ring_us: DurationUs


class EndCallOut(Command, frozen=True, gc=False):
    """Nobody was reached: the agent's state before is restored."""

    agent: AgentId
    offer: OfferId
    reason: Reason  # busy, no_answer, unreachable, rejected…


class TurnSegment(Command, frozen=True, gc=False):
    """A consultation has taken the contact over: it's a transfer from now on."""

    agent: AgentId
    offer: OfferId
    kind: SegmentKind
    queue: QueueId | None = None


class BeginSegment(Command, frozen=True, gc=False):
    """A supervisor who watched has the contact now, and watches no more."""

    agent: AgentId
    contact: ContactId
    offer: OfferId
    queue: QueueId
    client: ClientId


class EndWatch(Command, frozen=True, gc=False):
    """The watcher's leg is gone."""

    agent: AgentId
    offer: OfferId


class MarkHeld(Command, frozen=True, gc=False):
    """The caller was put on hold, or taken back: hold time is measured."""

    agent: AgentId
    held: bool


class WrapUpLapsed(Command, frozen=True, gc=False):
    """The wrap-up's limit."""

    agent: AgentId
    offer: OfferId
