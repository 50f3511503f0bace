"""Calls as legs and a matrix: what media is told, and what it makes of it.

Everything here takes the time and never waits; sockets are only sent to. One call has a set
of legs, the version of its matrix, and the ids of what was done for it, so that an effect that
comes twice is done once.
"""

import os
import socket
import sys
from collections.abc import Callable
from typing import Final

from roost.adapters.media.bounds import (
    MAX_COLLECTS,
    MAX_LEGS,
    TYPE_AHEAD_DIGITS,
    TYPE_AHEAD_US,
)
from roost.adapters.media.collecting import Collection, State
from roost.adapters.media.early import EarlyEffects
from roost.adapters.media.forwarding import Forwarder
from roost.adapters.media.leg import Leg, Relay
from roost.adapters.media.matrix import objection
from roost.adapters.media.playing import PHASES, Library, Play
from roost.adapters.media.port_pairs import NoPort, PortPairs
from roost.adapters.media.reports import Reporter
from roost.adapters.media.tracks import Recorder, Track
from roost.adapters.media.wire import (
    DigitsDone,
    Measured,
    OutcomeBody,
    Perform,
    PlayDone,
    Silent,
    TrackDone,
)
from roost.floor.effects import (
    CloseMedia,
    CollectDigits,
    FromLeg,
    FromPrompts,
    Route,
    SetMatrix,
    StartTrack,
    StopCollecting,
    StopTrack,
    TrackPurpose,
)
from roost.kernel.ids import CollectId, ContactId, LegId, MediaId, PlayId
from roost.kernel.time import DurationUs
from roost.ports.media import Agreed, Anchored, LegState
from roost.protocols.rtp.events import DIGITS
from roost.protocols.rtp.line import Line
from roost.protocols.rtp.packet import MAX_PACKET

MOST_DATAGRAMS: Final = 64  # of one unlatched socket before others have their turn


class NotPossible(Exception):
    """A request that can't be done; `code` is one of wire.Refused's."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Call:
    """`done` keeps finished ids in order of their end, the oldest forgotten first."""

    __slots__ = ("collections", "contact", "done", "legs", "plays", "routes", "version")

    def __init__(self, contact: ContactId) -> None:
        self.contact = contact
        self.legs: dict[LegId, Leg] = {}
        self.version = 0
        self.routes: tuple[Route, ...] = ()
        self.plays: dict[PlayId, Play] = {}
        self.collections: dict[LegId, Collection] = {}
        self.done: dict[str, None] = {}

    def finish(self, id: str) -> None:
        self.done[id] = None
        while len(self.done) > MAX_COLLECTS:
            del self.done[next(iter(self.done))]


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
        self.reporter = Reporter()
        self.legs: dict[LegId, Leg] = {}
        self.calls: dict[ContactId, Call] = {}
        self.draining = False
        self._early = EarlyEffects()
        self.refused_matrices = 0
        self.unfitting = 0  # effects for legs that aren't here
        self.silent_after_us = silent_after_us
        self._outcome = outcome
        self._watch = watch
        self._unwatch = unwatch
        self._phases: tuple[dict[Play, None], ...] = tuple({} for _ in range(PHASES))
        self._collecting: dict[LegId, Call] = {}
        self._dialling: dict[LegId, Leg] = {}  # legs on which digits of ours are being sent
        self._limited: dict[int, tuple[Leg, Track]] = {}  # tracks with a limit

    # --- legs ---

    def open_leg(
        self, contact: ContactId, id: LegId, agreed: Agreed | None, now_us: int
    ) -> Anchored:
        """Raises NotPossible."""
        leg = self.legs.get(id)
        if leg is not None:
            if agreed is not None:
                self._agree(leg, agreed, now_us)
            return leg.anchored
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
        call = self.calls.get(contact)
        if call is None:
            call = self.calls[contact] = Call(contact)
        call.legs[id] = leg
        self._watch(leg)
        if agreed is not None:
            try:
                self._agree(leg, agreed, now_us)
            except NotPossible:
                self.close_leg(id, now_us, measured=False)
                raise
        if call.routes:
            self._route(call, call.routes, now_us)
        for effect in self._early.take(contact):
            self.perform(Perform(effect), now_us, 0)
        return anchored

    def change_leg(self, id: LegId, agreed: Agreed, now_us: int) -> None:
        """Raises NotPossible."""
        leg = self.legs.get(id)
        if leg is None:
            raise NotPossible("unknown_leg", f"no leg {id} here")
        if agreed != leg.agreed:
            self._agree(leg, agreed, now_us)

    def _agree(self, leg: Leg, agreed: Agreed, now_us: int) -> None:
        if agreed.host:
            try:
                socket.inet_pton(leg.rtp.family, agreed.host)
            except OSError:
                raise NotPossible(
                    "bad_address", f"{agreed.host!r} is no address of {leg.rtp.family.name}"
                ) from None
        if not 0 <= agreed.port < 65_536 or not 0 <= agreed.payload < 128:
            raise NotPossible("bad_address", f"port {agreed.port}, payload {agreed.payload}")
        leg.agree(agreed, now_us)

    def close_leg(self, id: LegId, now_us: int, measured: bool = True) -> None:
        """Ends what hangs on it; its figures are an outcome."""
        leg = self.legs.pop(id, None)
        if leg is None:
            return
        leg.closed = True
        call = self.calls[leg.contact]
        del call.legs[id]
        for track in leg.tracks:
            self._stop_track(leg, track, now_us)
        self._forget_collection(call, id)
        self._dialling.pop(id, None)
        self._hear(leg, None)
        for relay in leg.heard_by:
            relay.listener.hears = None
        leg.heard_by = ()
        self._unwatch(leg)
        self.reporter.goodbye(leg)
        for opened in (leg.rtp, leg.stranger, leg.rtcp):
            opened.close()
        self.ports.give_back(leg.port)
        if measured:
            self._outcome(self._measured(leg))
        if not call.legs:
            self._close_call(call)
        else:
            self._hush(call)

    def _close_call(self, call: Call) -> None:
        for play in call.plays.values():
            self._phases[play.phase].pop(play, None)
            play.listeners = ()
        self.calls.pop(call.contact, None)

    def _measured(self, leg: Leg) -> Measured:
        reception = leg.reception
        return Measured(
            leg.contact,
            leg.id,
            reception.received,
            leg.line.sent,
            reception.lost,
            DurationUs(reception.jitter_us),
            leg.strangers,
        )

    def listing(self, now_us: int) -> list[LegState]:
        return [
            LegState(
                leg.id,
                leg.contact,
                leg.anchored,
                self.calls[leg.contact].version,
                now_us - leg.taken_us,
            )
            for leg in self.legs.values()
        ]

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
        if isinstance(effect, SetMatrix | CollectDigits) and effect.contact not in self.calls:
            self.unfitting += not self._early.keep(effect)
        elif isinstance(effect, SetMatrix):
            self._set_matrix(effect, now_us)
        elif isinstance(effect, CollectDigits):
            self._collect(effect, now_us)
        elif isinstance(effect, StopCollecting):
            self._stop_collecting(effect.leg, effect.collect)
        elif isinstance(effect, StartTrack):
            self._start_track(effect, message, now_us, wall_us)
        elif isinstance(effect, StopTrack):
            leg = self.legs.get(effect.leg)
            for track in leg.tracks if leg is not None else ():
                if leg is not None and track.asked.track == effect.track:
                    self._stop_track(leg, track, now_us)
        else:
            self._close_media(effect, now_us)

    def _close_media(self, effect: CloseMedia, now_us: int) -> None:
        self._early.take(effect.contact)
        call = self.calls.get(effect.contact)
        if call is not None:
            for leg in list(call.legs):
                self.close_leg(leg, now_us)

    # --- the matrix ---

    def _set_matrix(self, effect: SetMatrix, now_us: int) -> None:
        call = self.calls.get(effect.contact)
        if call is None:
            self.unfitting += 1
            return
        if effect.version <= call.version:
            return
        why = objection(effect.routes)
        if why is not None:
            self.refused_matrices += 1
            print(f"media: matrix {effect.version} of {effect.contact}: {why}", file=sys.stderr)
            return
        call.version, call.routes = effect.version, effect.routes
        self._route(call, effect.routes, now_us)

    def _route(self, call: Call, routes: tuple[Route, ...], now_us: int) -> None:
        """Puts routes in force: what stands in both the old and the new goes on."""
        wanted = {route.listener: route for route in routes}
        standing = {route.source.play for route in routes if isinstance(route.source, FromPrompts)}
        for play in [play for play in call.plays.values() if play.id not in standing]:
            self._drop_play(call, play)
        for leg in call.legs.values():
            route = wanted.get(leg.id)
            if route is None:
                self._hear(leg, None)
            elif isinstance(route.source, FromLeg):
                source = call.legs.get(route.source.leg)
                self._hear(leg, source, route.gain_db)
            else:
                self._hear(leg, self._play(call, route.source), route.gain_db)
        self._hush(call)
        for leg_id, collection in call.collections.items():
            if self._prompted(call.legs.get(leg_id)):
                collection.play_started()
            else:
                collection.play_ended(now_us)

    def _play(self, call: Call, source: FromPrompts) -> Play | None:
        play = call.plays.get(source.play)
        if play is None and source.play not in call.done:
            play = Play(source.play, source.prompts, source.repeat, self.library)
            self._begin_play(play)
            call.plays[play.id] = play
        return play

    def _begin_play(self, play: Play) -> None:
        play.phase = min(range(PHASES), key=lambda phase: len(self._phases[phase]))
        self._phases[play.phase][play] = None

    def _hear(self, leg: Leg, source: Leg | Play | None, gain_db: int = 0) -> None:
        """From now on `leg` hears this; nothing changes when it does already."""
        before = leg.hears
        if isinstance(before, Relay):
            if source is before.source and gain_db == before.gain_db:
                return
            sender = before.source
            sender.heard_by = tuple(r for r in sender.heard_by if r is not before)
        elif isinstance(before, Play):
            if source is before:
                leg.set_gain(gain_db)
                return
            before.listeners = tuple(other for other in before.listeners if other is not leg)
            if not before.id:  # its own silence
                self._phases[before.phase].pop(before, None)
        leg.hears = None
        leg.fresh = True
        if isinstance(source, Leg):
            relay = Relay(source, leg, gain_db)
            leg.hears = relay
            source.heard_by = (*source.heard_by, relay)
            leg.spoken_to = True
        elif source is not None:
            leg.hears = source
            leg.set_gain(gain_db)
            source.listeners = (*source.listeners, leg)
            leg.spoken_to = True

    def _hush(self, call: Call) -> None:
        """A leg that has been spoken to never hears nothing: phones and gateways take a line
        without packets for a dead one."""
        for leg in call.legs.values():
            if leg.hears is None and leg.spoken_to:
                quiet = Play(PlayId(""), (), True, self.library)
                self._begin_play(quiet)
                self._hear(leg, quiet)

    def _drop_play(self, call: Call, play: Play) -> None:
        """The play is over, or was taken away: its listeners hear nothing of it any more."""
        call.plays.pop(play.id, None)
        call.finish(play.id)
        self._phases[play.phase].pop(play, None)
        for leg in play.listeners:
            leg.hears = None
            leg.fresh = True
        play.listeners = ()

    def _end_play(self, call: Call, play: Play, now_us: int) -> None:
        """It was played once, or a digit stopped it: its outcome, and the first clocks."""
        legs = play.listeners
        self._drop_play(call, play)
        self._hush(call)
        for leg in legs:
            collection = call.collections.get(leg.id)
            if collection is not None:
                collection.play_ended(now_us)
        self._outcome(PlayDone(call.contact, play.id))

    # --- digits ---

    def _prompted(self, leg: Leg | None) -> bool:
        """Whether a prompt that will end is being played to it."""
        return leg is not None and isinstance(leg.hears, Play) and not leg.hears.repeat

    def _collect(self, effect: CollectDigits, now_us: int) -> None:
        call, leg = self.calls.get(effect.contact), self.legs.get(effect.leg)
        if call is None or leg is None or leg.contact != effect.contact:
            self.unfitting += 1
            return
        standing = call.collections.get(leg.id)
        if effect.collect in call.done or (
            standing is not None and standing.asked.collect == effect.collect
        ):
            return
        call.collections[leg.id] = Collection(effect, now_us, self._prompted(leg))
        self._collecting[leg.id] = call
        typed, leg.typed = leg.typed, []
        if effect.barge_in:
            for at_us, digit in typed:
                if now_us - at_us <= TYPE_AHEAD_US:
                    self.digit(leg, digit, now_us)

    def _stop_collecting(self, leg: LegId, collect: CollectId) -> None:
        call = self._collecting.get(leg)
        if call is not None and call.collections[leg].asked.collect == collect:
            call.finish(collect)
            self._forget_collection(call, leg)

    def _forget_collection(self, call: Call, leg: LegId) -> None:
        call.collections.pop(leg, None)
        self._collecting.pop(leg, None)

    def digit(self, leg: Leg, digit: str, now_us: int) -> None:
        """A leg dialled a digit: for its collection, its voicemail, or ahead of either."""
        call = self.calls[leg.contact]
        collection = call.collections.get(leg.id)
        if collection is not None:
            interrupts = collection.digit(digit, now_us)
            play = leg.hears
            if interrupts and isinstance(play, Play) and play.id:
                self._end_play(call, play, now_us)
            if collection.state is State.OVER:
                self._collected(call, leg.id, collection)
            return
        if digit == "#":
            for track in leg.tracks:
                if track.asked.purpose is TrackPurpose.VOICEMAIL:
                    self._stop_track(leg, track, now_us)
                    return
        if not isinstance(leg.hears, Relay):
            leg.typed.append((now_us, digit))
            del leg.typed[:-TYPE_AHEAD_DIGITS]

    def info_digit(self, id: LegId, digit: str, now_us: int) -> None:
        """A digit by SIP INFO: collected like any other, and dialled to whoever hears the
        leg, since no packet carries it there."""
        leg = self.legs.get(id)
        if leg is None or len(digit) != 1 or digit not in DIGITS:
            self.unfitting += 1
            return
        for relay in leg.heard_by:
            listener = relay.listener
            if listener.dtmf is not None and listener.digits_out.add(digit):
                self._dialling[listener.id] = listener
        self.digit(leg, digit, now_us)

    def _collected(self, call: Call, leg: LegId, collection: Collection) -> None:
        asked = collection.asked
        call.finish(asked.collect)
        self._forget_collection(call, leg)
        self._outcome(DigitsDone(asked, collection.digits, collection.ended_by))

    # --- tracks ---

    def _start_track(self, effect: StartTrack, message: Perform, now_us: int, wall_us: int) -> None:
        call, leg = self.calls.get(effect.contact), self.legs.get(effect.leg)
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

    def _stop_track(self, leg: Leg, track: Track, now_us: int) -> None:
        leg.tracks = tuple(other for other in leg.tracks if other is not track)
        self._limited.pop(track.index, None)
        self.recorder.stop(track, now_us)

    # --- time ---

    def frame(self, phase: int, now_us: int) -> None:
        """The plays of one phase send their next 20 ms."""
        for play in list(self._phases[phase]):
            if play.id and not play.advance():
                legs = play.listeners
                if legs:
                    self._end_play(self.calls[legs[0].contact], play, now_us)
                else:
                    self._phases[phase].pop(play, None)
                continue
            for leg in play.listeners:
                if leg.sounds and not leg.digits_out.busy:
                    codes = play.frame(leg.a_law)
                    if leg.play_table is not None:
                        codes = codes.translate(leg.play_table)
                    leg.send(leg.line.next(leg.payload, codes, now_us, leg.fresh))
                    leg.fresh = False

    def tick(self, now_us: int) -> None:
        """Every 20 ms: the digits' clocks, digits of ours, and tracks' limits."""
        for leg_id, call in list(self._collecting.items()):
            collection = call.collections[leg_id]
            collection.tick(now_us)
            if collection.over:
                self._collected(call, leg_id, collection)
        for leg in list(self._dialling.values()):
            self._dial(leg, now_us)
        for leg, track in list(self._limited.values()):
            due_us = track.due_us()
            if due_us is not None and now_us >= due_us:
                self._stop_track(leg, track, now_us)

    def _dial(self, leg: Leg, now_us: int) -> None:
        begins, payloads = leg.digits_out.frame()
        if begins:
            leg.line.begin_event(now_us)
            leg.fresh = True
        if leg.dtmf is not None and leg.sounds:
            for payload in payloads:
                leg.send(leg.line.event(leg.dtmf, payload, begins))
        if not leg.digits_out.busy:
            del self._dialling[leg.id]

    def chores(self, now_us: int, wall_us: int) -> None:
        """Every second: reports, and legs that have fallen silent."""
        for leg in self.legs.values():
            self.reporter.report(leg, now_us, wall_us)
            if leg.expected:
                times = (now_us - leg.taken_us) // self.silent_after_us
                if times > leg.silent_times:
                    self._outcome(Silent(leg.id, times))
                leg.silent_times = times

    @property
    def busy(self) -> bool:
        """Whether anything wants its frame in the next milliseconds."""
        return any(self._phases)
