"""What control and the edge say to one another: msgpack, each message behind its length.

Control speaks first (`Hello`); the edge answers `Welcome`, or `Deposed` when it has seen a newer
epoch. Every request has a number and gets its answer; a `Flow` comes unasked, to the newest
control alone: what it missed it reads with `List` when it's back.
"""

from struct import Struct as Layout
from typing import Final

import msgspec
from msgspec import Struct

from roost.adapters.edge.bounds import MESSAGE_BYTES
from roost.ports import edge
from roost.ports.media import Law


class Hello(Struct, frozen=True, gc=False, tag=True):
    epoch: int


class Offer(Struct, frozen=True, gc=False, tag=True):
    number: int
    session: edge.SessionId
    described: edge.Described
    sdp: str
    law: Law


class Anchored(Struct, frozen=True, gc=False, tag=True):
    number: int
    session: edge.SessionId
    host: str
    port: int


class Close(Struct, frozen=True, gc=False, tag=True):
    number: int
    session: edge.SessionId


class List(Struct, frozen=True, gc=False, tag=True):
    number: int


FromControl = Hello | Offer | Anchored | Close | List


class Welcome(Struct, frozen=True, gc=False, tag=True):
    """`boot` differs each time the process starts: sessions of an earlier one are gone."""

    boot: str


class Deposed(Struct, frozen=True, gc=False, tag=True):
    epoch: int


class Given(Struct, frozen=True, gc=False, tag=True):
    number: int
    answered: edge.Answered


class Fine(Struct, frozen=True, gc=False, tag=True):
    number: int


class Listing(Struct, frozen=True, gc=False, tag=True):
    """`more`: the next part follows under the same number."""

    number: int
    sessions: list[edge.SessionState]
    more: bool


class Refused(Struct, frozen=True, gc=False, tag=True):
    """`code`: bad_offer, no_room, unknown_session, bad_address."""

    number: int
    code: str
    why: str


class Told(Struct, frozen=True, gc=False, tag=True):
    flow: edge.Flow


FromEdge = Welcome | Deposed | Given | Fine | Listing | Refused | Told
Reply = Given | Fine | Listing | Refused

LENGTH: Final = Layout("!I")
encoder: Final = msgspec.msgpack.Encoder()
from_control: Final = msgspec.msgpack.Decoder(FromControl)
from_edge: Final = msgspec.msgpack.Decoder(FromEdge)


class BadMessage(Exception):
    """The other side sent what isn't in this protocol."""


def frame(message: FromControl | FromEdge) -> bytes:
    body = encoder.encode(message)
    return LENGTH.pack(len(body)) + body


class Deframer:
    """Cuts a byte stream into messages' bodies."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Raises BadMessage on a length out of bounds."""
        held = self._held
        held += data
        bodies: list[bytes] = []
        at = 0
        while len(held) - at >= LENGTH.size:
            (size,) = LENGTH.unpack_from(held, at)
            if size > MESSAGE_BYTES:
                raise BadMessage(f"a message of {size} bytes; at most {MESSAGE_BYTES}")
            end = at + LENGTH.size + size
            if len(held) < end:
                break
            bodies.append(bytes(held[at + LENGTH.size : end]))
            at = end
        del held[:at]
        return bodies
