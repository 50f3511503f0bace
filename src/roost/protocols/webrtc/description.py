"""A browser's offer of one audio line, and our answer to it (RFC 8829, RFC 9143, RFC 8842).

We answer as an ICE-lite agent with one candidate, always as the DTLS client: then the browser
has finished the handshake before we have, and no packet of ours can reach it before its keys.
Of the codecs we take G.711 in the law asked for, else the other one, telephone-event, and after
them Opus, where the edge can turn it: which of the two is sent is then said by each packet.
"""

from typing import Final

from msgspec import Struct

from roost.protocols.sdp.session import (
    Attribute,
    BadSdp,
    Connection,
    MediaLine,
    Origin,
    Session,
    address_type,
    encode,
    parse,
)

PROFILES: Final = ("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP")
STATIC: Final = {"0": "PCMU", "8": "PCMA"}
FINGERPRINTS: Final = {"sha-256": 95, "sha-384": 143, "sha-512": 191}  # their text's length
DIGITS: Final = "0-15"
#: With redundancy (RFC 7587 6.1). Word for word Chromium's own, and without `ptime`, which it
#: takes for a parameter of each codec: else it finds that it has none such, and can't change to it.
OPUS: Final = "minptime=10;useinbandfec=1"
PRIORITY: Final = 2_130_706_431  # of a host candidate, RFC 8445 5.1.2


class BadOffer(ValueError):
    """The browser's description can't be served; the words say why."""


class Offer(Struct, frozen=True, gc=False):
    """What we need of a browser's description."""

    mid: str
    ufrag: str
    fingerprints: tuple[tuple[str, str], ...]  # (hash's name, upper-case text)
    law: str  # "PCMA" or "PCMU": the one asked for, if it offers it
    payload: int
    dtmf_payload: int | None
    bundled: bool
    receives: bool
    opus_payload: int | None = None  # of opus/48000/2


class Ours(Struct, frozen=True, gc=False):
    """Our side of the answer."""

    host: str
    port: int
    ufrag: str
    password: str
    fingerprint: str  # sha-256, "AB:CD:…"
    session_id: int
    opus: bool = False  # whether we can turn it


def read_offer(text: str, law: str) -> Offer:
    """Raises BadOffer."""
    try:
        session = parse(text.encode())
    except BadSdp as trouble:
        raise BadOffer(f"no session description: {trouble}") from None
    lines = session.media
    if len(lines) != 1 or lines[0].kind != "audio" or lines[0].profile not in PROFILES:
        raise BadOffer("one audio line over DTLS-SRTP is served, nothing else")
    line = lines[0]
    if not line.values("rtcp-mux"):
        raise BadOffer("rtcp-mux is needed")
    if _value(session, line, "setup", "actpass") not in {"actpass", "passive"}:
        raise BadOffer("the DTLS client is ours: offer setup:actpass")
    ufrag = _value(session, line, "ice-ufrag", "")
    if not 4 <= len(ufrag) <= 256:
        raise BadOffer("ice-ufrag missing")
    mid = _value(session, line, "mid", "")
    if len(mid) > 32:
        raise BadOffer("mid is too long")
    payloads = _payloads(line)
    spoken = next((one for one in (law, "PCMA", "PCMU") if one in payloads), None)
    if spoken is None:
        raise BadOffer("G.711 is needed")
    group = next(iter(session.values("group")), "")
    return Offer(
        mid,
        ufrag,
        _fingerprints(session, line),
        spoken,
        payloads[spoken],
        payloads.get("telephone-event"),
        group.startswith("BUNDLE"),
        not (line.values("sendonly") or line.values("inactive")),
        _opus(line),
    )


def _value(session: Session, line: MediaLine, name: str, default: str) -> str:
    return next(iter((*line.values(name), *session.values(name))), default)


def _fingerprints(session: Session, line: MediaLine) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for value in (*line.values("fingerprint"), *session.values("fingerprint")):
        name, _, text = value.partition(" ")
        if FINGERPRINTS.get(name.lower()) == len(text):
            found.append((name.lower(), text.upper()))
    if not found:
        raise BadOffer("a fingerprint by sha-256 is needed")
    return tuple(found)


def _payloads(line: MediaLine) -> dict[str, int]:
    """The first payload number of each codec with a clock of 8,000 Hz."""
    found = {STATIC[one]: int(one) for one in line.formats if one in STATIC}
    for value in line.values("rtpmap"):
        number, _, codec = value.partition(" ")
        name, _, clock = codec.partition("/")
        if number in line.formats and number.isdigit() and clock.startswith("8000"):
            named = name.upper() if name.upper() in STATIC.values() else name.lower()
            found.setdefault(named, int(number))
    return {name: number for name, number in found.items() if number < 128}


def _opus(line: MediaLine) -> int | None:
    for value in line.values("rtpmap"):
        number, _, codec = value.partition(" ")
        if codec.lower() == "opus/48000/2" and number.isdigit() and number in line.formats:
            return int(number) if int(number) < 128 else None
    return None


def answer(offer: Offer, ours: Ours) -> str:
    """Our description."""
    payload = str(offer.payload)
    formats = [payload]
    maps = [Attribute("rtpmap", f"{payload} {offer.law}/8000")]
    has_opus = ours.opus and offer.opus_payload is not None
    if has_opus:
        formats.append(str(offer.opus_payload))
        maps.append(Attribute("rtpmap", f"{offer.opus_payload} opus/48000/2"))
        maps.append(Attribute("fmtp", f"{offer.opus_payload} {OPUS}"))
    if offer.dtmf_payload is not None:
        formats.append(str(offer.dtmf_payload))
        maps.append(Attribute("rtpmap", f"{offer.dtmf_payload} telephone-event/8000"))
        maps.append(Attribute("fmtp", f"{offer.dtmf_payload} {DIGITS}"))
    host = ours.host
    candidate = f"1 1 udp {PRIORITY} {host} {ours.port} typ host"
    attributes = (
        Attribute("mid", offer.mid),
        Attribute("ice-ufrag", ours.ufrag),
        Attribute("ice-pwd", ours.password),
        Attribute("fingerprint", f"sha-256 {ours.fingerprint}"),
        Attribute("setup", "active"),
        Attribute("rtcp-mux"),
        Attribute("sendrecv" if offer.receives else "recvonly"),
        *maps,
        *(() if has_opus else (Attribute("ptime", "20"),)),
        Attribute("msid", "roost audio"),
        Attribute("candidate", candidate),
        Attribute("end-of-candidates"),
    )
    line = MediaLine(
        "audio",
        ours.port,
        PROFILES[0],
        tuple(formats),
        attributes[1:] if not offer.mid else attributes,
        Connection(address_type(host), host),
    )
    group = (Attribute("group", f"BUNDLE {offer.mid}"),) if offer.bundled else ()
    origin = Origin("-", str(ours.session_id), "1", address_type(host), host)
    return encode(Session(origin, (line,), attributes=(*group, Attribute("ice-lite")))).decode()
