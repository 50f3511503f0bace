"""What telephony remembers of a leg beside its dialog, and how it's kept in the vault."""

import asyncio
from typing import Final

import msgspec
from msgspec import Struct

from roost.adapters.telephony.settings import TrunkSettings
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ClientId, ContactId, LegId, MediaId, TrunkId
from roost.ports.media import Agreed, Anchored, Law
from roost.protocols.sdp import session as sdp
from roost.protocols.sdp.negotiate import Law as SdpLaw
from roost.protocols.sdp.negotiate import Local, Stream
from roost.protocols.sip.dialogs import Dialog, kept
from roost.protocols.sip.events import Referred

DIALOG: Final = "dialog:"
CALLER: Final = "caller:"
BINDING: Final = "binding:"
OUT: Final = "#out:"  # between a leg and the trunk that it's tried by, in the endpoint's name


class Kept(Struct, gc=False):
    """A leg as it lies in the vault."""

    dialog: Dialog
    leg: LegId
    client: ClientId
    contact: str  # empty when it was put there with the command that made the contact
    media: MediaId
    law: Law
    trunk: str  # a caller's; empty for legs that we dialled
    agreed: Agreed | None
    agent: str = ""  # whose phone it is
    line: bool = False  # the second line of that phone


class Outside:
    """A leg to a number, and the trunks that it may still go by."""

    __slots__ = ("left", "number", "shown", "silence")

    def __init__(self, number: str, shown: str, left: list[TrunkSettings]) -> None:
        self.number = number
        self.shown = shown
        self.left = left  # trunks not tried yet
        self.silence: asyncio.TimerHandle | None = None


class Refer:
    """A transfer that a phone asked for by REFER."""

    __slots__ = ("answered", "event", "then", "told")

    def __init__(self, event: Referred) -> None:
        self.event = event
        self.answered = False
        self.told: list[int] = []  # what the floor said before that
        self.then: Reason | None = None  # the leg is to be ended when it's answered


class Leg:
    """One leg of the floor. A caller's leg is one dialog; an agent's rings several phones, one
    that leads outside tries several trunks, and `branch` is the one that answered. An agent's
    may have a second dialog: its `line`, with the same id, whose `first` it is."""

    __slots__ = (
        "agent",
        "agreed",
        "agreeing",
        "anchored",
        "arrived",
        "branch",
        "by_line",
        "caller",
        "client",
        "contact",
        "delayed",
        "early",
        "ended",
        "ending",
        "failures",
        "first",
        "held",
        "law",
        "leg",
        "line",
        "media",
        "number",
        "offer",
        "ours",
        "outside",
        "picks_up",
        "rang",
        "refer",
        "ringing",
        "spoken",
        "taken",
        "trunk",
        "up",
    )

    def __init__(self, leg: LegId, client: ClientId, media: MediaId, law: Law) -> None:
        self.leg = leg
        self.client = client
        self.media = media
        self.law = law
        self.contact: ContactId | None = None
        self.caller = False
        self.trunk: TrunkId | None = None
        self.agent = ""  # whose phone it is
        self.outside: Outside | None = None
        self.refer: Refer | None = None
        self.early = b""  # SDP of its early media
        self.number = ""  # the caller's
        self.branch = ""  # the endpoint's leg
        self.ringing: set[str] = set()  # phones (or a trunk) that have not failed yet
        self.failures: list[tuple[Blame, Reason, int]] = []
        self.arrived = asyncio.Event()  # the contact is known
        self.agreeing = asyncio.Lock()  # one SDP at a time
        self.anchored: Anchored | None = None
        self.offer: sdp.Session | None = None  # theirs, not answered yet
        self.ours: sdp.Session | None = None  # our last description
        self.agreed: Agreed | None = None
        self.delayed = False  # the answer comes in the ACK
        self.held = False
        self.rang = False
        self.up = False
        self.ending: Reason | None = None  # why the floor wants it ended
        self.ended = False
        self.line: Leg | None = None  # its phone's second line
        self.first: Leg | None = None  # of which it's the second line
        self.by_line = False  # heard by the second line
        self.spoken: Agreed | None = None  # what media has of it, if it has two lines
        self.taken = False  # the floor knows of this second line
        self.picks_up = False  # it takes the place of the first

    def local(self, session_id: int) -> Local:
        """Our side of its SDP."""
        assert self.anchored is not None
        return Local(self.anchored.host, self.anchored.port, session_id, laws(self.law))

    def keep(self, dialog: Dialog) -> bytes:
        """The leg's value for the vault."""
        trunk = str(self.trunk or "")
        contact = str(self.contact or "")
        return _encoder.encode(
            Kept(
                kept(dialog),
                self.leg,
                self.client,
                contact,
                self.media,
                self.law,
                trunk,
                self.agreed,
                self.agent,
                self.first is not None,
            )
        )


def read_kept(data: bytes) -> Kept:
    """Raises msgspec.DecodeError and msgspec.ValidationError."""
    return _decoder.decode(data)


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Kept)


def laws(first: Law) -> tuple[SdpLaw, ...]:
    """Both laws, the trunk's own first."""
    if first is Law.PCMA:
        return (SdpLaw.PCMA, SdpLaw.PCMU)
    return (SdpLaw.PCMU, SdpLaw.PCMA)


def agreed_of(stream: Stream) -> Agreed:
    """What media needs of an agreed stream."""
    return Agreed(
        host=stream.host,
        port=stream.port,
        law=Law(stream.law.value),
        payload=stream.payload,
        dtmf_payload=stream.dtmf_payload,
        ptime_ms=stream.ptime_ms,
        sends=stream.sends,
        receives=stream.receives,
        payload_in=stream.payload_in if stream.payload_in != stream.payload else None,
        dtmf_payload_in=stream.dtmf_payload_in
        if stream.dtmf_payload_in != stream.dtmf_payload
        else None,
    )
