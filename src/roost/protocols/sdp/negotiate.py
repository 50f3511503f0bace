"""Offer and answer for a telephone call (RFC 3264, RFC 6337): one audio stream in G.711 with
telephone-event, every other line refused in its place with port 0.

    we're called     parse(offer) → answer_offer → our answer, and the far end's Stream
    without an offer make_offer in our 200 → read_answer of the ACK's body
    we call          make_offer → read_answer
    again            the same, given our last description as `previous`

`previous` keeps what must not change in a session: its id, the number and order of `m=` lines,
payload numbers (RFC 3264 8); its version grows by one when anything changed, and only then.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from roost.protocols.sdp.session import (
    Attribute,
    Connection,
    MediaLine,
    Origin,
    Session,
    address_of,
    address_type,
)

PROFILE: Final = "RTP/AVP"  # SAVP and AVPF are refused until an edge serves them
CLOCK_HZ: Final = 8_000
DEFAULT_PTIME_MS: Final = 20
PTIMES_MS: Final = (10, 20, 30, 40, 50, 60)
DEFAULT_DTMF_PAYLOAD: Final = 101
DIGITS: Final = "0-15"  # RFC 4733 events: 0-9 * # A-D


class Law(StrEnum):
    PCMA = "PCMA"
    PCMU = "PCMU"


STATIC: Final = {Law.PCMU: 0, Law.PCMA: 8}  # RFC 3551 6
_PAYLOAD: Final = re.compile(r"[0-9]{1,3}")
_STATIC_NAMES: Final = {"0": "PCMU", "8": "PCMA"}


class Direction(StrEnum):
    """From the point of view of whoever wrote it."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        return self in (Direction.SENDRECV, Direction.RECVONLY)


_DIRECTIONS: Final = frozenset(one.value for one in Direction)


class Local(Struct, frozen=True, gc=False):
    """Our side: where media is anchored and what it speaks."""

    host: str
    port: int
    session_id: int  # ours for life; any number below 2**62
    laws: tuple[Law, ...] = (Law.PCMA, Law.PCMU)  # the trunk's own law first
    dtmf_payload: int | None = DEFAULT_DTMF_PAYLOAD  # where we may choose it
    ptime_ms: int = DEFAULT_PTIME_MS
    direction: Direction = Direction.SENDRECV
    version: int = 1  # of a session's first description


class Stream(Struct, frozen=True, gc=False):
    """What was agreed with the far end, seen from here. We send with `payload` and
    `dtmf_payload`, and receive `payload_in` and `dtmf_payload_in` (they differ only where an
    answer numbers otherwise than our offer, RFC 3264 5.1)."""

    host: str
    port: int
    law: Law
    payload: int
    dtmf_payload: int | None
    ptime_ms: int = DEFAULT_PTIME_MS
    sends: bool = True  # the far end sends
    receives: bool = True  # the far end wants to hear; False on hold
    payload_in: int = 0
    dtmf_payload_in: int | None = None
    rtcp_host: str = ""
    rtcp_port: int = 0

    @property
    def held(self) -> bool:
        """The far end put us on hold (or is deaf for another reason)."""
        return not self.receives


class Answered(Struct, frozen=True, gc=False):
    """Our answer, which of its lines carries the audio, and the far end's side of it."""

    answer: Session
    stream: Stream
    line: int


class Refused(Struct, frozen=True, gc=False):
    """No session comes of it: the status to answer (or to end the call with), and the Warning
    header's code and text (RFC 3261 20.43)."""

    status: int
    warning: int
    reason: str


def make_offer(local: Local, previous: Session | None = None) -> Session:
    """An offer of one audio line; as a further offer in a session with the lines of
    `previous`, the refused ones still refused."""
    if previous is None:
        return _describe(local, (_audio(local, _own_formats(local)),), None)
    index = _audio_index(previous)
    media = tuple(
        _moved(local, line) if place == index else _closed(line)
        for place, line in enumerate(previous.media)
    )
    return _describe(local, media, previous)


def answer_offer(
    offer: Session, local: Local, previous: Session | None = None
) -> Answered | Refused:
    """Answers an offer: the first audio line that we can serve, in our most wanted law of
    those offered. `previous` is our last description in this session."""
    refusal = Refused(488, 304, "No audio offered")
    for place, line in enumerate(offer.media):
        stream = _far_side(offer, line, local.host, local.laws)
        if isinstance(stream, Refused):
            refusal = stream if line.kind == "audio" and line.port else refusal
            continue
        media = tuple(
            _agreed_line(local, other, stream) if index == place else _closed(other)
            for index, other in enumerate(offer.media)
        )
        return Answered(_describe(local, media, previous), stream, place)
    return refusal


def read_answer(offer: Session, answer: Session, host: str = "") -> Stream | Refused:
    """Reads the answer to an offer of ours. `host` is our media's address (default: the
    offer's), whose family the far end's must be of."""
    if len(answer.media) != len(offer.media):
        return Refused(488, 399, "The answer has other m= lines than the offer")
    index = _audio_index(offer)
    ours, theirs = offer.media[index], answer.media[index]
    if theirs.kind != ours.kind or theirs.profile != ours.profile:
        return Refused(488, 304, "The answer has other m= lines than the offer")
    if not host:
        connection = offer.connection_of(ours)
        host = connection.address if connection else ""
    mine = _mapping(ours)
    laws = tuple(dict.fromkeys(Law(name) for name in mine.values() if name in Law.__members__))
    by_their_order = tuple(
        Law(name)
        for name in _mapping(theirs).values()
        if name in Law.__members__ and Law(name) in laws
    )
    stream = _far_side(answer, theirs, host, by_their_order)
    if isinstance(stream, Refused):
        return stream
    numbers = {name: int(number) for number, name in reversed(mine.items())}
    dtmf = numbers.get("telephone-event") if stream.dtmf_payload is not None else None
    return msgspec.structs.replace(
        stream,
        payload_in=numbers[stream.law],
        dtmf_payload_in=dtmf,
        dtmf_payload=stream.dtmf_payload if dtmf is not None else None,
    )


def read_direction(session: Session, line: MediaLine) -> Direction:
    """A line's direction: its own attribute, else the session's, else sendrecv."""
    for attributes in (line.attributes, session.attributes):
        for one in attributes:
            if one.value is None and one.name in _DIRECTIONS:
                return Direction(one.name)
    return Direction.SENDRECV


def _far_side(
    session: Session, line: MediaLine, host: str, laws: tuple[Law, ...]
) -> Stream | Refused:
    """What a line of the far end's makes of a stream with us at `host`."""
    if line.kind != "audio" or line.port == 0:
        return Refused(488, 304, "No audio offered")
    if line.profile != PROFILE:
        return Refused(488, 302, f"Transport {line.profile} isn't served")
    connection = session.connection_of(line)
    address = address_of(connection.address) if connection else None
    nowhere = connection is not None and connection.address.lower().endswith(".invalid")
    ours = address_of(host)
    if not nowhere and (address is None or (ours is not None and address.version != ours.version)):
        return Refused(488, 301, "Media address can't be reached")
    names = _mapping(line)
    law = next((law for law in laws if law in names.values()), None)
    if law is None:
        return Refused(488, 305, "No common codec: PCMA or PCMU is needed")
    numbers = {name: int(number) for number, name in reversed(names.items())}
    direction = read_direction(session, line)
    deaf = nowhere or (address is not None and address.is_unspecified)
    rtcp_host, rtcp_port = _rtcp(line, connection.address if connection else "")
    dtmf = numbers.get("telephone-event")
    return Stream(
        connection.address if connection else "",
        line.port,
        law,
        numbers[law],
        dtmf,
        _ptime_ms(line),
        direction.sends,
        direction.receives and not deaf,
        numbers[law],
        dtmf,
        rtcp_host,
        rtcp_port,
    )


def _mapping(line: MediaLine) -> dict[str, str]:
    """Payload number → "PCMA", "PCMU" or "telephone-event", in the line's order; others are
    left out. An rtpmap overrides a static number."""
    named: dict[str, str] = {}
    for value in line.values("rtpmap"):
        number, _, encoding = value.partition(" ")
        named[number] = encoding.strip()
    found: dict[str, str] = {}
    for number in line.formats:
        if _PAYLOAD.fullmatch(number) is None or int(number) > 127:
            continue
        encoding = named.get(number)
        if encoding is None:
            name = _STATIC_NAMES.get(number)
        else:
            name = _known(encoding)
        if name is not None:
            found[number] = name
    return found


def _known(encoding: str) -> str | None:
    parts = encoding.split("/")
    if len(parts) < 2 or parts[1] != str(CLOCK_HZ) or (len(parts) > 2 and parts[2] != "1"):
        return None
    name = parts[0]
    if name.upper() in Law.__members__:
        return name.upper()
    return "telephone-event" if name.lower() == "telephone-event" else None


def _ptime_ms(line: MediaLine) -> int:
    """How much audio a packet to the far end should hold: its ptime (RFC 8866 6.4), within
    maxptime and what we pack."""
    wanted = _number(line.values("ptime"), DEFAULT_PTIME_MS)
    most = _number(line.values("maxptime"), PTIMES_MS[-1])
    fitting = [one for one in PTIMES_MS if one <= min(wanted, most)]
    return fitting[-1] if fitting else PTIMES_MS[0]


def _number(values: list[str], default: int) -> int:
    text = values[0].partition(".")[0] if values else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else default


def _rtcp(line: MediaLine, host: str) -> tuple[str, int]:
    """RFC 3605: where RTCP goes; by default the next port."""
    for value in line.values("rtcp"):
        parts = value.split()
        port = _number(parts[:1], 0)
        if 0 < port < 65_536:
            named = len(parts) == 4 and address_of(parts[3]) is not None
            return (parts[3] if named else host), port
    return host, min(line.port + 1, 65_535)


def _own_formats(local: Local) -> list[tuple[int, str]]:
    formats: list[tuple[int, str]] = [(STATIC[law], law.value) for law in local.laws]
    if local.dtmf_payload is not None:
        formats.append((local.dtmf_payload, "telephone-event"))
    return formats


def _audio(local: Local, formats: list[tuple[int, str]]) -> MediaLine:
    attributes = [Attribute("rtpmap", f"{number} {name}/{CLOCK_HZ}") for number, name in formats]
    attributes += [
        Attribute("fmtp", f"{number} {DIGITS}")
        for number, name in formats
        if name == "telephone-event"
    ]
    attributes.append(Attribute("ptime", str(local.ptime_ms)))
    attributes.append(Attribute(local.direction.value))
    return MediaLine(
        "audio",
        local.port,
        PROFILE,
        tuple(str(number) for number, _ in formats),
        tuple(attributes),
    )


def _agreed_line(local: Local, offered: MediaLine, stream: Stream) -> MediaLine:
    """Our answer to an audio line: one law, and the offer's own payload numbers."""
    formats = [(stream.payload, stream.law.value)]
    if stream.dtmf_payload is not None:
        formats.append((stream.dtmf_payload, "telephone-event"))
    sends = local.direction.sends and stream.receives
    receives = local.direction.receives and stream.sends
    line = _audio(msgspec.structs.replace(local, direction=_direction(sends, receives)), formats)
    mids = tuple(one for one in offered.attributes if one.name == "mid")
    return msgspec.structs.replace(line, attributes=line.attributes + mids)


def _direction(sends: bool, receives: bool) -> Direction:
    if sends:
        return Direction.SENDRECV if receives else Direction.SENDONLY
    return Direction.RECVONLY if receives else Direction.INACTIVE


def _moved(local: Local, line: MediaLine) -> MediaLine:
    """Our audio line again, at the local port and with the local direction."""
    kept = tuple(one for one in line.attributes if one.name not in _DIRECTIONS)
    return msgspec.structs.replace(
        line, port=local.port, attributes=(*kept, Attribute(local.direction.value))
    )


def _closed(line: MediaLine) -> MediaLine:
    """A refused line: port 0 in its place (RFC 3264 6), with nothing but its formats."""
    mids = tuple(one for one in line.attributes if one.name == "mid")
    return MediaLine(line.kind, 0, line.profile, line.formats, mids)


def _audio_index(session: Session) -> int:
    """The audio line in force; the first audio line if none is."""
    live = [i for i, one in enumerate(session.media) if one.kind == "audio" and one.port]
    some = [i for i, one in enumerate(session.media) if one.kind == "audio"]
    assert some, "a description of ours has an audio line"
    return (live or some)[0]


def _describe(local: Local, media: tuple[MediaLine, ...], previous: Session | None) -> Session:
    """Our description, with the version that it deserves (RFC 3264 8)."""
    family = address_type(local.host)
    origin = Origin("-", str(local.session_id), str(local.version), family, local.host)
    session = Session(origin, media, Connection(family, local.host))
    if previous is None:
        return session
    same = msgspec.structs.replace(session, origin=previous.origin)
    if same == previous:
        return previous
    version = str(int(previous.origin.version) + 1)
    return msgspec.structs.replace(
        same, origin=msgspec.structs.replace(previous.origin, version=version)
    )
