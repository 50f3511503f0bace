"""What an endpoint tells its user. Every leg has exactly one `Finished`."""

from enum import StrEnum

from msgspec import Struct

from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.routing import Peer
from roost.protocols.sip.uri import Uri


class By(StrEnum):
    """Who ended a leg."""

    US = "us"
    THEM = "them"
    NETWORK = "network"


class Why(StrEnum):
    BYE = "bye"
    CANCELLED = "cancelled"  # before it was answered
    REFUSED = "refused"  # a final failure; the status tells which
    NO_ANSWER = "no-answer"  # a request of ours timed out
    UNSENT = "unsent"  # the transport could not send
    NO_ACK = "no-ack"  # our 2xx or reliable 1xx was never acknowledged
    SESSION = "session"  # nobody refreshed it (RFC 4028)
    UNKNOWN = "unknown"  # the peer says 481


class Invited(Struct, frozen=True, gc=False):
    """A call came in. Answer with `ring`, `answer`, `refuse`."""

    leg: str
    request: Request
    source: Peer


class Rang(Struct, frozen=True, gc=False):
    """A provisional answer to our INVITE; `body` is early media's SDP or empty."""

    leg: str
    status: int
    body: bytes


class Accepted(Struct, frozen=True, gc=False):
    """The first 2xx to our INVITE. Answer with `acknowledge` or `hang_up`."""

    leg: str
    body: bytes


class Confirmed(Struct, frozen=True, gc=False):
    """Our 2xx was acknowledged; `body` is the answer to a delayed offer, or empty."""

    leg: str
    body: bytes


class Reoffered(Struct, frozen=True, gc=False):
    """A re-INVITE or UPDATE with an offer; an empty body asks for ours. Answer with
    `accept` or `decline`."""

    leg: str
    body: bytes


class Reanswered(Struct, frozen=True, gc=False):
    """The answer to an offer that we made within the dialog."""

    leg: str
    body: bytes


class OfferRefused(Struct, frozen=True, gc=False):
    """Our re-INVITE failed; the call goes on as it was."""

    leg: str
    status: int


class Digit(Struct, frozen=True, gc=False):
    """A digit by INFO: 0-9 * # A-D."""

    leg: str
    digit: str


class Notified(Struct, frozen=True, gc=False):
    """A NOTIFY within the dialog, answered already: `event` is its package ("talk", "refer")."""

    leg: str
    event: str
    body: bytes = b""


class Referred(Struct, frozen=True, gc=False):
    """The peer asks for a transfer. Answer with `take_refer` (and `tell_refer`) or
    `refuse_refer`. `number` is the REFER's CSeq."""

    leg: str
    server: str
    target: Uri
    number: int
    wants_news: bool


class ReferAnswered(Struct, frozen=True, gc=False):
    """The final answer to a REFER of ours."""

    leg: str
    status: int
    reason: str


class Alive(Struct, frozen=True, gc=False):
    """The peer answered our OPTIONS in the dialog."""

    leg: str


class Finished(Struct, frozen=True, gc=False):
    leg: str
    by: By
    why: Why
    status: int = 0
    reason: str = ""  # the peer's Reason header, as written


class Requested(Struct, frozen=True, gc=False):
    """An admitted request outside of dialogs. Answer with `respond`, at once."""

    server: str
    request: Request
    source: Peer


class Replied(Struct, frozen=True, gc=False):
    """The final answer to a request of ours outside of dialogs; None: there came none."""

    user: str
    response: Response | None


SipEvent = (
    Invited
    | Rang
    | Accepted
    | Confirmed
    | Reoffered
    | Reanswered
    | OfferRefused
    | Digit
    | Notified
    | Referred
    | ReferAnswered
    | Alive
    | Finished
    | Requested
    | Replied
)
