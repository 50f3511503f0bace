"""Between an event and its bytes in the log, and between a state and its digest.

Bodies are JSON with sets and mappings in sorted order, so the same events are the same bytes
under any PYTHONHASHSEED. A body of an older version passes the room's upcasters, one version at
a time; stored events are never rewritten.
"""

from collections import deque
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final, Generic, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import Digest
from roost.kernel.messages import Event
from roost.kernel.room import Room

State = TypeVar("State")

body_of: Final = msgspec.json.Encoder(order="deterministic").encode
"""An event's body as it's stored."""


def stored(envelope: Envelope) -> Stored:
    """An envelope as it lies in the store."""
    return Stored(
        envelope.stream,
        envelope.number,
        envelope.type,
        envelope.version,
        envelope.owner,
        envelope.contact,
        envelope.at,
        envelope.actor,
        envelope.cause,
        body_of(envelope.body),
    )


class UnknownEvent(Exception):
    """The log holds a type or version that this release doesn't know: it was written by a
    newer one, or an upcaster is missing."""


class Decoder:
    """Stored bodies → events of one room. Raises UnknownEvent, or msgspec.ValidationError."""

    def __init__(
        self,
        events: Mapping[str, type[Event]],
        upcasters: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]],
    ) -> None:
        self._events = events
        self._upcasters = upcasters
        self._current: dict[tuple[str, int], Callable[[bytes], Event]] = {
            (name, cls.VERSION): msgspec.json.Decoder(cls).decode for name, cls in events.items()
        }

    @classmethod
    def of(cls, room: Room[Any]) -> "Decoder":
        return cls(room.events, room.upcasters)

    def event(self, type: str, version: int, body: bytes) -> Event:
        decode = self._current.get((type, version))
        if decode is not None:
            return decode(body)
        return self._older(type, version, body)

    def envelope(self, row: Stored) -> Envelope:
        return Envelope(
            row.stream,
            row.number,
            row.type,
            row.version,
            row.owner,
            row.contact,
            row.at,
            row.actor,
            row.cause,
            self.event(row.type, row.version, row.body),
        )

    def _older(self, type: str, version: int, body: bytes) -> Event:
        cls = self._events.get(type)
        if cls is None:
            raise UnknownEvent(f"{type} is no event of this release")
        plain: dict[str, Any] = msgspec.json.decode(body)
        while version < cls.VERSION:
            upcast = self._upcasters.get((type, version))
            if upcast is None:
                raise UnknownEvent(f"{type} version {version} has no upcaster")
            plain = upcast(plain)
            version += 1
        if version != cls.VERSION:
            raise UnknownEvent(f"{type} version {version} is newer than {cls.VERSION}")
        return msgspec.convert(plain, cls)


# --- states ---


def _plain(value: Any) -> Any:
    if isinstance(value, deque):
        return list(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    raise TypeError(f"a state can't hold a {type(value).__name__}")


def _typed(kind: Any, value: Any) -> Any:
    if (get_origin(kind) or kind) is deque:
        (element,) = get_args(kind) or (Any,)
        return deque(msgspec.convert(value, list[element]))
    raise TypeError(f"a state can't hold a {kind}")


def state_bytes(state: Any) -> bytes:
    """A state as msgpack, mappings in their own order (which a fold may depend on)."""
    return msgspec.msgpack.encode(state, enc_hook=_plain)


class StateDecoder(Generic[State]):
    """The way back from `state_bytes`."""

    def __init__(self, state_type: type[State]) -> None:
        self._decoder = msgspec.msgpack.Decoder(state_type, dec_hook=_typed)

    def decode(self, data: bytes) -> State:
        return self._decoder.decode(data)


def state_digest(state: Any) -> Digest:
    """sha256 of a state: equal for equal states, whatever the order of sets and mappings."""
    try:
        data = msgspec.msgpack.encode(state, enc_hook=_plain, order="deterministic")
    except TypeError:  # mappings whose keys aren't text
        data = msgspec.msgpack.encode(_sorted(state), enc_hook=_plain)
    return Digest(sha256(data).hexdigest())


def _sorted(value: Any) -> Any:
    """A state with its structs as lists of fields, mappings as sorted pairs, sets as sorted
    lists; before anything is made plain, since a plain set has already lost what it was."""
    match value:
        case Struct():
            return [_sorted(getattr(value, name)) for name in value.__struct_fields__]
        case dict():
            pairs = [[_sorted(key), _sorted(own)] for key, own in value.items()]  # pyright: ignore
            return sorted(pairs, key=msgspec.msgpack.encode)
        case list() | tuple() | deque():
            return [_sorted(element) for element in value]  # pyright: ignore
        case set() | frozenset():
            return sorted((_sorted(each) for each in value), key=msgspec.msgpack.encode)  # pyright: ignore
        case _:
            return value


def types_digest(state_type: type[Any]) -> Digest:
    """A digest of a state's types, field by field: a snapshot with another one is of no use."""
    lines: list[str] = []
    seen: set[type[Any]] = set()
    _describe(state_type, lines, seen)
    return Digest(sha256("\n".join(lines).encode()).hexdigest())


def _describe(struct: type[Any], lines: list[str], seen: set[type[Any]]) -> None:
    if struct in seen:
        return
    seen.add(struct)
    config = getattr(struct, "__struct_config__", None)
    tag = "" if config is None else f" tag={config.tag!r} array={config.array_like}"
    lines.append(f"{struct.__qualname__}{tag}")
    inner: list[type[Any]] = []
    fields = msgspec.structs.fields(struct)
    lines.extend(f"  {each.encode_name}: {_name(each.type, inner)}" for each in fields)
    for other in inner:
        _describe(other, lines, seen)


def _name(kind: Any, inner: list[type[Any]]) -> str:
    """A type's name as text that's the same on every machine; structs are noted in `inner`."""
    supertype = getattr(kind, "__supertype__", None)
    if supertype is not None:  # NewType
        return _name(supertype, inner)
    arguments = get_args(kind)
    if arguments:
        origin = getattr(get_origin(kind), "__name__", str(get_origin(kind)))
        return f"{origin}[{', '.join(_name(each, inner) for each in arguments)}]"
    if isinstance(kind, type):
        own: type[Any] = kind
        if issubclass(own, msgspec.Struct):
            inner.append(own)
        members = getattr(own, "__members__", None)
        values = "" if members is None else repr([each.value for each in members.values()])
        return own.__qualname__ + values
    return repr(kind)
