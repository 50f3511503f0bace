"""What goes over `WS /api/desk/phone`: the signalling of one page's phone."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from roost.kernel.time import InstantUs
from roost.ports.desks import LineState
from roost.web.limits import MOST_SDP

Tab = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Sdp = Annotated[str, Meta(min_length=1, max_length=MOST_SDP)]
Turn = Annotated[int, Meta(ge=0, le=2**53)]
MOST_US: Final = 60_000_000  # a minute: what a browser measures beyond it means nothing


# --- from the page ---


class PhoneHello(Struct, frozen=True, forbid_unknown_fields=True, tag="hello", tag_field="kind"):
    """First message, and again to change the choice: `tab` names the page's life, a reload
    keeps it; `auto_answer`: calls are taken as they come."""

    tab: Tab
    auto_answer: bool = False


class PhoneOffer(Struct, frozen=True, forbid_unknown_fields=True, tag="offer", tag_field="kind"):
    """The browser's description of a new connection: one audio line, G.711. Answered with
    `answer` or `declined` of the same `turn`, the page's own count; `take_over` when the person
    was asked after `phone_elsewhere`."""

    turn: Turn
    sdp: Sdp
    take_over: bool = False


class PhoneAlive(Struct, frozen=True, forbid_unknown_fields=True, tag="alive", tag_field="kind"):
    """The answer to a `beat`, with its number."""

    turn: Turn


class PhoneQuality(
    Struct, frozen=True, forbid_unknown_fields=True, tag="quality", tag_field="kind"
):
    """What the browser measured since the last one; `poor`: the person was warned."""

    loss_permille: Annotated[int, Meta(ge=0, le=1_000)]
    jitter_us: Annotated[int, Meta(ge=0, le=MOST_US)]
    round_trip_us: Annotated[int, Meta(ge=0, le=MOST_US)]
    poor: bool


class PhoneLeave(Struct, frozen=True, forbid_unknown_fields=True, tag="leave", tag_field="kind"):
    """The page gives the phone up for good: signing out, or another phone."""


PhoneAsks = PhoneHello | PhoneOffer | PhoneAlive | PhoneQuality | PhoneLeave


# --- from the server ---


class PhoneReady(Struct, frozen=True, tag="hello", tag_field="kind"):
    """First message. A `beat` comes every `beat_us`; who hasn't heard one for three times as
    long has lost the connection."""

    at: InstantUs
    beat_us: int
    protocol: Literal[1] = 1


class PhoneBeat(Struct, frozen=True, tag="beat", tag_field="kind"):
    """Answer with `alive` and this turn: a page in the background hears messages, while its
    timers sleep."""

    turn: int


class PhoneAnswer(Struct, frozen=True, tag="answer", tag_field="kind"):
    """The edge's description, for the `offer` of that turn."""

    turn: int
    sdp: str


class PhoneDeclined(Struct, frozen=True, tag="declined", tag_field="kind"):
    """The `offer` of that turn wasn't taken: `code` for programs, `title` and `mend` for people.
    Codes: `phone_elsewhere`, `phone_unavailable`, `bad_offer`, `no_room`, `no_agent`."""

    turn: int
    code: str
    title: str
    mend: str


class PhoneLine(Struct, frozen=True, tag="line", tag_field="kind"):
    """How the phone stands for this page: `none`, `connecting`, `standing`, `interrupted`,
    `lost` (make another offer), `elsewhere` (another tab or machine holds it)."""

    state: LineState


class PhoneRinging(Struct, frozen=True, tag="ringing", tag_field="kind"):
    """Ring: `contact` is its outside name, null where the views don't know it yet. The desk's
    row in the feed says all else."""

    contact: str | None


class PhoneTalking(Struct, frozen=True, tag="talking", tag_field="kind"):
    """The contact is on the line."""

    contact: str | None


class PhoneOver(Struct, frozen=True, tag="over", tag_field="kind"):
    """It doesn't ring any more, or the talk is over, and why."""

    contact: str | None
    why: str


class PhoneBye(Struct, frozen=True, tag="bye", tag_field="kind"):
    """Last message. Codes: `too_slow`, `silent` (no `alive` came), `logged_out`, `too_large`,
    `invalid_input`, `too_many_messages`."""

    code: str


PHONE_TELLS: Final = (
    PhoneReady,
    PhoneBeat,
    PhoneAnswer,
    PhoneDeclined,
    PhoneLine,
    PhoneRinging,
    PhoneTalking,
    PhoneOver,
    PhoneBye,
)
PHONE_ASKS: Final = (PhoneHello, PhoneOffer, PhoneAlive, PhoneQuality, PhoneLeave)
PhoneTells = (
    PhoneReady
    | PhoneBeat
    | PhoneAnswer
    | PhoneDeclined
    | PhoneLine
    | PhoneRinging
    | PhoneTalking
    | PhoneOver
    | PhoneBye
)
