"""The registrar: which contacts an address of record is reached at, and until when.

Sources: RFC 3261, 10.3; RFC 3327 (Path); RFC 3581 (a contact behind a NAT is reached where its
REGISTER came from). Who registers has been authenticated before; nothing here tells whether
another user exists.
"""

from typing import Final

import msgspec
from msgspec import Struct

from roost.kernel.time import DurationUs, InstantUs, after, between, seconds
from roost.protocols.sip.answers import answer
from roost.protocols.sip.headers import (
    NameAddr,
    expires_s,
    parse_contacts,
    parse_cseq,
    tokens,
    top_via,
)
from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.routing import UDP, Peer, behind_nat, peer_of, uri_in
from roost.protocols.sip.timers import Timer, TimerLines, coarse
from roost.protocols.sip.uri import BadSyntax, equivalent, parse_uri

SHORTEST_S: Final = 60
LONGEST_S: Final = 3_600
MOST_CONTACTS: Final = 8  # of one address of record


class Binding(Struct, frozen=True, gc=False):
    """One contact: where requests for it go (`peer`), by which route (`path`)."""

    uri: str
    call_id: str
    seq: int
    q: int  # thousandths
    granted_s: int
    until: InstantUs
    peer: Peer
    path: tuple[str, ...] = ()

    @property
    def behind_nat(self) -> bool:
        """Whether it's only reached where it registered from, whatever its Contacts say."""
        return self.peer.reliable or peer_of(parse_uri(self.uri), UDP) != self.peer


class Registered(Struct, frozen=True, gc=False):
    """The outcome of a REGISTER: the answer; whether bindings came or went (a refreshed one
    did neither)."""

    response: Response
    changed: bool


class Registrar:
    """All bindings, in memory."""

    def __init__(self) -> None:
        self._users: dict[str, list[Binding]] = {}
        self._timers = TimerLines()

    def contacts(self, user: str, now: InstantUs) -> list[Binding]:
        """The live bindings, the most wanted first."""
        found = [one for one in self._users.get(user, ()) if one.until > now]
        return sorted(found, key=_wanted, reverse=True)

    def users(self) -> list[str]:
        return list(self._users)

    @property
    def earliest(self) -> InstantUs:
        """No binding runs out before this instant."""
        return self._timers.earliest

    def register(
        self, user: str, request: Request, source: Peer, tag: str, now: InstantUs
    ) -> Registered:
        """Answers an authenticated REGISTER. All of it is done, or nothing."""
        before = self._users.get(user, [])
        try:
            wanted = parse_contacts(request.headers)
            general = expires_s(request.headers.get("Expires"))
            if wanted is None:
                if general != 0:
                    return _only(answer(request, 400, "Expires is not 0", tag))
                self._users.pop(user, None)
                return self._told(user, request, tag, now, changed=bool(before))
            made = self._made(wanted, general, request, source, before, now)
        except BadSyntax as trouble:
            return _only(answer(request, 400, f"Bad {trouble}", tag))
        if isinstance(made, int):
            response = answer(request, made, to_tag=tag)
            if made == 423:
                response.headers.set("Min-Expires", str(SHORTEST_S))
            return _only(response)
        if made:
            self._users[user] = made
        else:
            self._users.pop(user, None)
        changed = {(one.uri, one.peer) for one in made} != {(one.uri, one.peer) for one in before}
        return self._told(user, request, tag, now, changed)

    def _made(
        self,
        wanted: list[NameAddr],
        general: int | None,
        request: Request,
        source: Peer,
        before: list[Binding],
        now: InstantUs,
    ) -> list[Binding] | int:
        """The bindings afterwards, or the status of a refusal (10.3, steps 6 and 7)."""
        kept = [one for one in before if one.until > now]
        call_id = request.headers.get("Call-ID") or ""
        seq = parse_cseq(request.headers.get("CSeq") or "").number
        path = tuple(request.headers.get_all("Path"))
        for contact in wanted:
            old = next((one for one in kept if equivalent(parse_uri(one.uri), contact.uri)), None)
            if old is not None:
                if old.call_id == call_id and seq < old.seq:
                    return 500  # a late one must not undo a newer one
                kept.remove(old)
            own = expires_s(contact.param("expires"))
            length = own if own is not None else general if general is not None else LONGEST_S
            if length == 0:
                continue
            if length < SHORTEST_S:
                return 423
            granted = min(length, LONGEST_S)
            peer = _reached(contact, path, source, request)
            if peer is None:
                return 400
            until = after(now, seconds(granted))
            kept.append(
                Binding(str(contact.uri), call_id, seq, _q(contact), granted, until, peer, path)
            )
        return 403 if len(kept) > MOST_CONTACTS else kept

    def _told(
        self, user: str, request: Request, tag: str, now: InstantUs, changed: bool
    ) -> Registered:
        """The 200 with every binding (10.3, step 8)."""
        response = answer(request, 200, to_tag=tag)
        bindings = self._users.get(user, [])
        values: list[str] = []
        for one in bindings:
            left = max(1, between(now, one.until) // seconds(1))
            q = f";q={one.q / 1000:g}" if one.q != 1000 else ""
            values.append(f"<{one.uri}>;expires={left}{q}")
            self._watch(user, one, now)
        response.headers.set("Contact", *values)
        paths = request.headers.get_all("Path")
        if paths and "path" in tokens(request.headers, "Supported"):
            response.headers.set("Path", *paths)
        return Registered(response, changed)

    def _watch(self, user: str, binding: Binding, now: InstantUs) -> None:
        if binding.until > now:
            length = coarse(DurationUs(between(now, binding.until) + seconds(1)))
            self._timers.start(now, length, user, Timer.BINDING)

    def expire(self, now: InstantUs) -> list[str]:
        """Drops what ran out; the users that lost a binding."""
        lost: list[str] = []
        for _, user, _ in self._timers.expire(now):
            before = self._users.get(user, [])
            kept = [one for one in before if one.until > now]
            if len(kept) == len(before):
                continue
            if kept:
                self._users[user] = kept
            else:
                del self._users[user]
            lost.append(user)
        return lost

    # --- over a restart ---

    def kept(self, user: str) -> bytes:
        """The user's bindings, to be restored after a restart."""
        return _encoder.encode(self._users.get(user, []))

    def restore(self, user: str, data: bytes, now: InstantUs) -> bool:
        """Takes kept bindings back. Each gets the length that it was granted anew: what it
        asked for meanwhile nobody could hear. Whether there are any."""
        bindings = _decoder.decode(data)
        self._users[user] = [
            msgspec.structs.replace(one, until=after(now, seconds(one.granted_s)))
            for one in bindings
        ]
        for one in self._users[user]:
            self._watch(user, one, now)
        if not bindings:
            del self._users[user]
        return bool(bindings)


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(list[Binding])


def _wanted(binding: Binding) -> tuple[int, InstantUs]:
    return binding.q, binding.until


def _only(response: Response) -> Registered:
    return Registered(response, changed=False)


def _q(contact: NameAddr) -> int:
    try:
        return max(0, min(1000, round(float(contact.param("q") or "1") * 1000)))
    except (ValueError, OverflowError):
        return 1000


def _reached(
    contact: NameAddr, path: tuple[str, ...], source: Peer, request: Request
) -> Peer | None:
    """Where a contact is reached: by its first Path hop; by where it registered from, over a
    connection or through a NAT; else by its own address."""
    if path:
        return peer_of(parse_uri(uri_in(path[0])), source.transport)
    if source.reliable or behind_nat(top_via(request), source):
        return source
    found = peer_of(contact.uri, source.transport)
    return source if found is None else found
