"""Calls as legs and a matrix: what media is told, and what it makes of it.

Everything here takes the time and never waits; sockets are only sent to. What was done for a
call is remembered by its id, so that an effect that comes twice is done once.
"""

import os
import socket
from collections.abc import Callable
from operator import sub
from typing import Final

from msgspec import structs

from roost.adapters.media.bounds import MAX_LEGS
from roost.adapters.media.call import Call
from roost.adapters.media.digits import Digits
from roost.adapters.media.early import EarlyEffects
from roost.adapters.media.forwarding import Forwarder
from roost.adapters.media.leg import Counts, Leg
from roost.adapters.media.playing import Library
from roost.adapters.media.port_pairs import NoPort, PortPairs
from roost.adapters.media.reports import Reporter
from roost.adapters.media.routes import Routes
from roost.adapters.media.standing import Attached, measured
from roost.adapters.media.tracks import Recorder, Track
from roost.adapters.media.wire import OutcomeBody, Perform, Silent, TrackDone
from roost.floor.effects import (
    CloseMedia,
    CollectDigits,
    PauseTrack,
    SendDigits,
    SetMatrix,
    StartTrack,
    StopCollecting,
    StopTrack,
)
from roost.kernel.ids import ContactId, LegId, MediaId, TrackId
from roost.kernel.time import DurationUs
from roost.ports.media import Agreed, Anchored, LegState, stands
from roost.protocols.rtp.events import DIGITS
from roost.protocols.rtp.line import Line
from roost.protocols.rtp.packet import MAX_PACKET

MOST_DATAGRAMS: Final = 64  # of one unlatched socket before others have their turn


class NotPossible(Exception):
    """A request that can't be done; `code` is one of wire.Refused's."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Exchange:
    """All calls of one media process. `outcome` takes what control is to hear; `watch` and
    `unwatch` put sockets into the loop's poll and take them out."""

    def __init__(
        self,
        media: MediaId,
        ports: PortPairs,
        advertise: str,
        library: Library,
        recorder: Recorder,
        outcome: Callable[[OutcomeBody], None],
        watch: Callable[[Leg], None],
        unwatch: Callable[[Leg], None],
        silent_after_us: int,
    ) -> None:
        self.media = media
        self.ports = ports
        self.advertise = advertise
        self.library = library
        self.recorder = recorder
        self.forwarder = Forwarder(recorder, self.digit)
        self.routes = Routes(library, outcome)
        self.digits = Digits(self.routes, outcome, self._stop_track)
        self.reporter = Reporter()
        self.legs: dict[LegId, Leg] = {}  # by their own names
        self.attached = Attached(outcome)
        self.calls: dict[ContactId, Call] = {}
        self.draining = False
        self._early = EarlyEffects()
        self.unfitting = 0  # effects for legs that aren't here
        self.silent_after_us = silent_after_us
        self._outcome = outcome
        self._watch = watch
        self._unwatch = unwatch
        self._limited: dict[int, tuple[Leg, Track]] = {}  # tracks with a limit

    # --- legs ---

    def find(self, id: LegId) -> Leg | None:
        """A leg by its own name, or by that of what's attached to it."""
        return self.legs.get(id) or self.attached.legs.get(id)

    @property
    def busy(self) -> bool:
        """Whether there's a leg that isn't just standing."""
        return any(not leg.stands or leg.attached for leg in self.legs.values())

    def open_leg(
        self, contact: ContactId, id: LegId, agreed: Agreed | None, now_us: int
    ) -> Anchored:
        """Raises NotPossible."""
        leg = self.legs.get(id)
        if leg is not None:
            if agreed is not None:
                self._agree(leg, agreed, now_us)
            return leg.anchored
        if id in self.attached.legs:
            raise NotPossible("leg_taken", f"{id} is attached to a standing leg")
        if self.draining:
            raise NotPossible("draining", "this media process takes no new legs")
        if len(self.legs) >= MAX_LEGS:
            raise NotPossible("no_room", f"{MAX_LEGS} legs are open already")
        try:
            port, rtp, stranger, rtcp = self.ports.take()
        except NoPort as error:
            raise NotPossible("no_port", str(error)) from None
        start = os.urandom(10)
        line = Line(
            int.from_bytes(start[:4], "big"),
            int.from_bytes(start[4:6], "big") & 0x7FFF,
            int.from_bytes(start[6:10], "big"),
        )
        anchored = Anchored(self.media, self.advertise, port)
        leg = Leg(id, contact, anchored, (rtp, stranger, rtcp), line, now_us)
        self.legs[id] = leg
        self._call(contact).legs[id] = leg
        self._watch(leg)
        if agreed is not None:
            try:
                self._agree(leg, agreed, now_us)
            except NotPossible:
                self.close_leg(id, now_us, told=False)
                raise
        self._joined(leg, now_us)
        return anchored

    def _call(self, contact: ContactId) -> Call:
        call = self.calls.get(contact)
        if call is None:
            call = self.calls[contact] = Call(contact, self.routes.begin())
        return call

    def _joined(self, leg: Leg, now_us: int) -> None:
        """It's in its call: what was said of it holds from now on."""
        self.routes.route(self.calls[leg.contact], now_us)
        for effect in self._early.take(leg.contact):
            self.perform(Perform(effect), now_us, 0)

    def attach_leg(self, contact: ContactId, id: LegId, standing: LegId, now_us: int) -> None:
        """Raises NotPossible."""
        leg = self.legs.get(standing)
        if leg is None or not leg.stands:
            raise NotPossible("unknown_leg", f"no standing leg {standing} here")
        if leg.id == id and leg.contact == contact:
            return
        if id in self.legs:
            raise NotPossible("leg_taken", f"{id} has sockets of its own")
        if self.draining and contact not in self.calls:
            raise NotPossible("draining", "this media process takes no new contacts")
        if leg.attached:
            self._detach(leg, now_us)
        before, tracks = leg.counts(), ()
        other = self.attached.legs.get(id)
        if other is not None and other.contact == contact:  # it moves, with all that hangs on it
            gone = Counts(*map(sub, other.counts(), other.before))
            before = Counts(*map(sub, before, gone))
            tracks, other.tracks = other.tracks, ()
        if other is not None:
            self._detach(other, now_us, moves=other.contact == contact)
        self._leave(leg, now_us)
        self.attached.take(leg, id, contact, before, self.silent_after_us, now_us)
        leg.tracks = tracks
        self._call(contact).legs[id] = leg
        for track in tracks:
            if track.index in self._limited:
                self._limited[track.index] = (leg, track)
        self._joined(leg, now_us)

    def _detach(self, leg: Leg, now_us: int, moves: bool = False) -> None:
        """The contact's leg is over, or moves; the standing one stands."""
        for track in leg.tracks:
            self._stop_track(leg, track, now_us)
        if not moves:
            self._outcome(measured(leg))
        self._leave(leg, now_us, moves)
        self.attached.give_back(leg)
        self._call(leg.home).legs[leg.id] = leg
        self._joined(leg, now_us)

    def _leave(self, leg: Leg, now_us: int, moves: bool = False) -> None:
        """It's in its call no more, which goes on without it, or is over."""
        call = self.calls[leg.contact]
        del call.legs[leg.id]
        self.digits.drop(call, leg)
        self.routes.leave(leg)
        if not call.legs and (leg.closed or not (moves or stands(call.contact))):
            self.routes.close(call)
            del self.calls[call.contact]
        else:
            self.routes.route(call, now_us)

    def change_leg(self, id: LegId, agreed: Agreed, now_us: int) -> None:
        """Raises NotPossible."""
        leg = self.find(id)
        if leg is None:
            raise NotPossible("unknown_leg", f"no leg {id} here")
        self._agree(leg, agreed, now_us)

    def _agree(self, leg: Leg, agreed: Agreed, now_us: int) -> None:
        if agreed.host:
            try:  # written as the kernel writes a sender's address
                packed = socket.inet_pton(leg.rtp.family, agreed.host)
                host = socket.inet_ntop(leg.rtp.family, packed)
                agreed = structs.replace(agreed, host=host)
            except OSError:
                raise NotPossible(
                    "bad_address", f"{agreed.host!r} is no address of {leg.rtp.family.name}"
                ) from None
        if not 0 <= agreed.port < 65_536 or not 0 <= agreed.payload < 128:
            raise NotPossible("bad_address", f"port {agreed.port}, payload {agreed.payload}")
        if agreed != leg.agreed:
            leg.agree(agreed, now_us)
            self.routes.route(self.calls[leg.contact], now_us)  # mixers know their laws

    def close_leg(self, id: LegId, now_us: int, told: bool = True) -> None:
        """Ends what hangs on it; its figures are an outcome, but for a standing leg's own."""
        leg = self.find(id)
        if leg is None:
            return
        if leg.attached:
            self._detach(leg, now_us)
        if id != leg.own:
            return
        del self.legs[id]
        leg.closed = True
        for track in leg.tracks:
            self._stop_track(leg, track, now_us)
        if told and not leg.stands:
            self._outcome(measured(leg))
        self._leave(leg, now_us)
        self._unwatch(leg)
        self.reporter.goodbye(leg)
        for opened in (leg.rtp, leg.stranger, leg.rtcp):
            opened.close()
        self.ports.give_back(leg.port)

    def listing(self, now_us: int) -> list[LegState]:
        """All legs by their own names, and the attached ones."""

        def state(leg: Leg, name: LegId, contact: ContactId, on: LegId | None) -> LegState:
            idle_us, version = now_us - leg.taken_us, self.calls[contact].version
            return LegState(name, contact, leg.anchored, version, idle_us, on)

        own = [state(leg, leg.own, leg.home, None) for leg in self.legs.values()]
        attached = self.attached.legs.values()
        return own + [state(leg, leg.id, leg.contact, leg.own) for leg in attached]

    # --- datagrams off the fast path ---

    def unsorted(self, leg: Leg, opened: socket.socket, now_us: int) -> None:
        """Datagrams of a socket that isn't connected: before the latch the leg's own, after
        it strangers' (the kernel gives the latched source's to the connected socket)."""
        for _ in range(MOST_DATAGRAMS):
            try:
                data, source = opened.recvfrom(MAX_PACKET)
            except OSError:
                return
            address = (source[0], source[1])
            fits = len(data) >= 12 and data[0] >> 6 == 2
            sequence = int.from_bytes(data[2:4], "big")
            ssrc = int.from_bytes(data[8:12], "big")
            if not fits or not leg.latch.take(address, ssrc, sequence, now_us):
                leg.strangers += 1
                continue
            if not leg.latched:
                try:
                    leg.settle(address)
                except OSError:
                    leg.send_errors += 1
            self.forwarder.general(leg, data, now_us)

    # --- effects ---

    def perform(self, message: Perform, now_us: int, wall_us: int) -> None:
        effect = message.effect
        if isinstance(effect, SetMatrix | CollectDigits):
            call = self.calls.get(effect.contact)
            if call is None:
                self.unfitting += not self._early.keep(effect)
            elif isinstance(effect, SetMatrix):
                self.routes.set_matrix(call, effect, now_us)
            elif effect.leg in call.legs:
                self.digits.collect(call, call.legs[effect.leg], effect, now_us)
            else:
                self.unfitting += 1
        elif isinstance(effect, StopCollecting):
            self.digits.stop(effect.leg, effect.collect)
        elif isinstance(effect, StartTrack):
            self._start_track(effect, message, now_us, wall_us)
        elif isinstance(effect, StopTrack):
            for leg, track in self._tracks(effect.leg, effect.track):
                self._stop_track(leg, track, now_us)
        elif isinstance(effect, PauseTrack):
            for _, track in self._tracks(effect.leg, effect.track):
                self.recorder.pause(track, effect.paused, now_us)
        elif isinstance(effect, SendDigits):
            leg = self.find(effect.leg)
            fits = leg is not None and leg.contact == effect.contact
            self.unfitting += not (fits and leg and self.digits.press(leg, effect.digits))
        else:
            self._close_media(effect, now_us)

    def _close_media(self, effect: CloseMedia, now_us: int) -> None:
        self._early.take(effect.contact)
        call = self.calls.get(effect.contact)
        if call is not None:
            for leg in list(call.legs):
                self.close_leg(leg, now_us)

    # --- digits ---

    def digit(self, leg: Leg, digit: str, now_us: int) -> None:
        """A leg dialled a digit."""
        call = self.calls[leg.contact]
        self.digits.pass_on(call, leg, digit)
        self.digits.take(call, leg, digit, now_us)

    def info_digit(self, id: LegId, digit: str, now_us: int) -> None:
        """A digit by SIP INFO: like any other, and dialled to whoever hears the leg."""
        leg = self.find(id)
        if leg is None or len(digit) != 1 or digit not in DIGITS:
            self.unfitting += 1
            return
        self.digits.dial(leg, digit)
        self.digit(leg, digit, now_us)

    # --- tracks ---

    def _start_track(self, effect: StartTrack, message: Perform, now_us: int, wall_us: int) -> None:
        call, leg = self.calls.get(effect.contact), self.find(effect.leg)
        if call is not None:
            if effect.track in call.done:
                return
            call.done[effect.track] = None  # begun counts as done: never twice
        track = None
        if leg is not None and leg.contact == effect.contact:
            track = self.recorder.start(effect, message.key, message.wrapped, now_us, wall_us)
        if leg is None or track is None:
            self._outcome(TrackDone(effect, "", DurationUs(0), 0, DurationUs(0)))
            return
        leg.tracks = (*leg.tracks, track)
        if track.due_us() is not None:
            self._limited[track.index] = (leg, track)

    def _tracks(self, id: LegId, track: TrackId) -> list[tuple[Leg, Track]]:
        """The track of this name on this leg, if there is one."""
        leg = self.find(id)
        if leg is None:
            return []
        return [(leg, one) for one in leg.tracks if one.asked.track == track]

    def _stop_track(self, leg: Leg, track: Track, now_us: int) -> None:
        leg.tracks = tuple(other for other in leg.tracks if other is not track)
        self._limited.pop(track.index, None)
        self.recorder.stop(track, now_us)

    # --- time ---

    def frame(self, phase: int, now_us: int) -> None:
        """The plays and mixes of one phase send their next 20 ms."""
        self.routes.frame(phase, now_us)

    def tick(self, now_us: int) -> None:
        """Every 20 ms: digits, and tracks' limits."""
        self.digits.tick(now_us)
        self.attached.look(now_us)
        for leg, track in list(self._limited.values()):
            due_us = track.due_us()
            if due_us is not None and now_us >= due_us:
                self._stop_track(leg, track, now_us)

    def chores(self, now_us: int, wall_us: int) -> None:
        """Every second: reports, and legs that have fallen silent."""
        for leg in self.legs.values():
            self.reporter.report(leg, now_us, wall_us)
            if leg.expected:
                times = (now_us - leg.taken_us) // self.silent_after_us
                if times > leg.silent_times and (leg.attached or not leg.stands):
                    self._outcome(Silent(leg.id, times))
                leg.silent_times = times
