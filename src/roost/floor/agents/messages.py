"""Agents: their presence, the contact that's offered to them, wrap-up, segments."""

from roost.kernel.ends import Reason
from roost.kernel.ids import (
    AgentId,
    ClientId,
    ContactId,
    OfferId,
    QueueId,
    SegmentId,
    VaultId,
)
from roost.kernel.messages import Command, Event
from roost.kernel.time import DurationUs

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
    """Finish the contact with a code; the note lies in the vault. Refused: nothing_to_wrap_up,
    unknown_code."""

    agent: AgentId
    code: str
    note: VaultId | None = None


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


class MarkHeld(Command, frozen=True, gc=False):
    """The caller was put on hold, or taken back: hold time is measured."""

    agent: AgentId
    held: bool


class WrapUpLapsed(Command, frozen=True, gc=False):
    """The wrap-up's limit."""

    agent: AgentId
    offer: OfferId


# --- events. Each one that changes state, skills or queues says whom the agent was then
# ready for (`ready_for`): shared time can't be billed later without it (FOUNDATION, 5). ---


class AgentSignedIn(Event, frozen=True, gc=False, kw_only=True):
    """The agent is here, and away."""

    agent: AgentId
    ready_for: tuple[ClientId, ...] = ()


class AgentSignedOut(Event, frozen=True, gc=False, kw_only=True):
    """The agent has gone home."""

    agent: AgentId
    ready_for: tuple[ClientId, ...] = ()


class AgentReady(Event, frozen=True, gc=False, kw_only=True):
    """The agent can be offered contacts of the clients in `ready_for`."""

    agent: AgentId
    ready_for: tuple[ClientId, ...]


class AgentAway(Event, frozen=True, gc=False, kw_only=True):
    """`reason` is one of the centre's away reasons, or "no_answer", "declined",
    "unreachable"."""

    agent: AgentId
    reason: str
    ready_for: tuple[ClientId, ...] = ()


class NextStateChosen(Event, frozen=True, gc=False, kw_only=True):
    """After this contact the agent will be away for this reason (empty: ready)."""

    agent: AgentId
    reason: str


class AgentOffered(Event, frozen=True, gc=False, kw_only=True):
    """The agent's phone is to ring for a contact."""

    agent: AgentId
    offer: OfferId
    queue: QueueId
    client: ClientId
    ring_us: DurationUs
    ready_for: tuple[ClientId, ...] = ()


class OfferTaken(Event, frozen=True, gc=False, kw_only=True):
    """The agent talks: a segment begins."""

    agent: AgentId
    offer: OfferId
    segment: SegmentId
    queue: QueueId
    client: ClientId
    rang_us: DurationUs
    ready_for: tuple[ClientId, ...] = ()


class OfferEnded(Event, frozen=True, gc=False, kw_only=True):
    """Not taken: "no_answer", "declined", "unreachable", "caller_left"."""

    agent: AgentId
    offer: OfferId
    why: str
    rang_us: DurationUs
    ready_for: tuple[ClientId, ...] = ()


class PickUpAsked(Event, frozen=True, gc=False, kw_only=True):
    """The agent pressed "take": the phone is asked to go off hook."""

    agent: AgentId
    offer: OfferId


class HoldAsked(Event, frozen=True, gc=False, kw_only=True):
    """The agent asked for hold, or for the end of it."""

    agent: AgentId
    held: bool


class HangUpAsked(Event, frozen=True, gc=False, kw_only=True):
    """The agent pressed "hang up"."""

    agent: AgentId
    offer: OfferId


class WrapUpStarted(Event, frozen=True, gc=False, kw_only=True):
    """The conversation is over; the agent writes it up."""

    agent: AgentId
    offer: OfferId
    ready_for: tuple[ClientId, ...] = ()


class SegmentClosed(Event, frozen=True, gc=False, kw_only=True):
    """A segment's measured quantities, at the end of its wrap-up: what bills are made of
    (FOUNDATION, 5). No prices. The owner is the client."""

    agent: AgentId
    segment: SegmentId
    queue: QueueId
    rang_us: DurationUs
    talk_us: DurationUs  # without hold
    hold_us: DurationUs
    wrap_up_us: DurationUs
    code: str  # "none" when the limit came first
    note: VaultId | None
    ready_for: tuple[ClientId, ...] = ()


class PhoneKnown(Event, frozen=True, gc=False, kw_only=True):
    """The agent can be rung."""

    agent: AgentId


class PhoneGone(Event, frozen=True, gc=False, kw_only=True):
    """The agent can't be rung any more."""

    agent: AgentId


class AgentChanged(Event, frozen=True, gc=False, kw_only=True):
    """New definitions changed whom an agent who is ready serves."""

    agent: AgentId
    ready_for: tuple[ClientId, ...]


class HoldMarked(Event, frozen=True, gc=False, kw_only=True):
    """The agent's customer is on hold, or back: hold time is counted from here."""

    agent: AgentId
    offer: OfferId
    held: bool


class WrapUpNoted(Event, frozen=True, gc=False, kw_only=True):
    """The code was given while still talking: the segment closes with the talk."""

    agent: AgentId
    offer: OfferId
    code: str
    note: VaultId | None
