"""What goes over the local socket: frames of a length and msgpack.

    4 bytes length, big-endian | msgpack of one Frame

A command travels as its class name and its own bytes; `Commands` is the list of those that may,
handed in by the composition root. Commands of one name twice are refused when the list is made.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from roost.kernel.actor import Actor
from roost.kernel.ids import CommandId, StreamName
from roost.kernel.messages import Command, VaultPut
from roost.ports import desks
from roost.ports.commands import Answer

LENGTH_BYTES: Final = 4
MOST_BYTES: Final = 4_000_000  # of one frame: a whole centre's definitions fit well


class Ask(Struct, frozen=True, gc=False, tag="ask"):
    """A command. `turn` pairs the answer with it on this connection."""

    turn: int
    name: str
    command: Raw
    actor: Actor
    id: CommandId
    puts: Sequence[VaultPut] = ()


class Told(Struct, frozen=True, gc=False, tag="told"):
    """The answer to an Ask."""

    turn: int
    answer: Answer


class Hint(Struct, frozen=True, gc=False, tag="hint"):
    """A stream now reaches up to this number."""

    stream: StreamName
    number: int


class AskDesk(Struct, frozen=True, gc=False, tag="ask_desk"):
    """What a desk's page asks of its phone."""

    turn: int
    request: desks.DeskRequest


class ToldDesk(Struct, frozen=True, gc=False, tag="told_desk"):
    """The answer to an AskDesk."""

    turn: int
    reply: desks.DeskReply


class News(Struct, frozen=True, gc=False, tag="news"):
    """For a page of this process."""

    told: desks.Told


Frame = Ask | Told | Hint | AskDesk | ToldDesk | News

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Frame)


class BadFrame(Exception):
    """The peer sent what isn't a frame: the connection ends."""


def frame(content: Frame) -> bytes:
    """A frame's bytes. Raises BadFrame when it's too long."""
    body = _encoder.encode(content)
    if len(body) > MOST_BYTES:
        raise BadFrame(f"a frame of {len(body)} bytes; at most {MOST_BYTES}")
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


class Frames:
    """Takes bytes as they come, gives whole frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Raises BadFrame."""
        rest = self._rest
        rest += data
        found: list[Frame] = []
        start = 0
        while len(rest) - start >= LENGTH_BYTES:
            length = int.from_bytes(rest[start : start + LENGTH_BYTES], "big")
            if length > MOST_BYTES:
                raise BadFrame(f"a frame of {length} bytes; at most {MOST_BYTES}")
            end = start + LENGTH_BYTES + length
            if len(rest) < end:
                break
            try:
                found.append(_decoder.decode(bytes(rest[start + LENGTH_BYTES : end])))
            except msgspec.MsgspecError as trouble:
                raise BadFrame(str(trouble)) from trouble
            start = end
        del rest[:start]
        return found


class Commands:
    """The commands that may travel."""

    def __init__(self, commands: Iterable[type[Command]]) -> None:
        self._decoders: dict[str, Any] = {}
        self._names: dict[type[Command], str] = {}
        for command in commands:
            name = command.__name__
            if name in self._decoders:
                raise ValueError(f"two commands are called {name}")
            self._decoders[name] = msgspec.msgpack.Decoder(command)
            self._names[command] = name

    def ask(
        self, turn: int, command: Command, actor: Actor, id: CommandId, puts: Sequence[VaultPut]
    ) -> Ask:
        """Raises KeyError for a command that isn't in the list: our bug."""
        name = self._names[type(command)]
        return Ask(turn, name, Raw(_encoder.encode(command)), actor, id, puts)

    def command(self, ask: Ask) -> Command:
        """Raises BadFrame."""
        decoder = self._decoders.get(ask.name)
        if decoder is None:
            raise BadFrame(f"{ask.name} isn't a command that may travel")
        try:
            return decoder.decode(ask.command)
        except msgspec.MsgspecError as trouble:
            raise BadFrame(f"{ask.name}: {trouble}") from trouble
