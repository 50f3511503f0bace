"""Digits of all calls: collected, typed ahead, and dialled to the other side."""

from collections.abc import Callable

from roost.adapters.media.bounds import TYPE_AHEAD_DIGITS, TYPE_AHEAD_US
from roost.adapters.media.call import Call
from roost.adapters.media.collecting import Collection, State
from roost.adapters.media.leg import Leg, Mix
from roost.adapters.media.routes import Routes, prompts
from roost.adapters.media.tracks import Track
from roost.adapters.media.wire import DigitsDone, OutcomeBody
from roost.floor.effects import CollectDigits, TrackPurpose
from roost.kernel.ids import CollectId, LegId
from roost.protocols.rtp import tones
from roost.protocols.rtp.events import EventWriter


class Digits:
    """`stop_track` ends a voicemail whose caller pressed #."""

    def __init__(
        self,
        routes: Routes,
        outcome: Callable[[OutcomeBody], None],
        stop_track: Callable[[Leg, Track, int], None],
    ) -> None:
        self._routes = routes
        self._outcome = outcome
        self._stop_track = stop_track
        self._collecting: dict[LegId, Call] = {}
        self._dialling: dict[Leg, None] = {}  # legs on which digits of ours are being sent

    def collect(self, call: Call, leg: Leg, effect: CollectDigits, now_us: int) -> None:
        """An effect that was done, or stands, changes nothing."""
        standing = call.collections.get(leg.id)
        if effect.collect in call.done or (
            standing is not None and standing.asked.collect == effect.collect
        ):
            return
        if standing is not None:  # taken over: one collection a leg
            call.finish(standing.asked.collect)
        call.collections[leg.id] = Collection(effect, now_us, bool(prompts(leg)))
        self._collecting[leg.id] = call
        typed, leg.typed = leg.typed, []
        if effect.barge_in:
            for at_us, digit in typed:
                if now_us - at_us <= TYPE_AHEAD_US:
                    self.take(call, leg, digit, now_us)

    def stop(self, leg: LegId, collect: CollectId) -> None:
        call = self._collecting.get(leg)
        if call is not None and call.collections[leg].asked.collect == collect:
            call.finish(collect)
            self.forget(call, leg)

    def forget(self, call: Call, leg: LegId) -> None:
        call.collections.pop(leg, None)
        self._collecting.pop(leg, None)

    def take(self, call: Call, leg: Leg, digit: str, now_us: int) -> None:
        """A leg dialled a digit: for its collection, its voicemail, or ahead of either."""
        collection = call.collections.get(leg.id)
        if collection is not None:
            interrupts = collection.digit(digit, now_us)
            for play in prompts(leg) if interrupts else ():
                self._routes.end_play(call, play, now_us)
            if collection.state is State.OVER:
                self._collected(call, leg.id, collection)
            return
        if digit == "#":
            for track in leg.tracks:
                if track.asked.purpose is TrackPurpose.VOICEMAIL:
                    self._stop_track(leg, track, now_us)
                    return
        if not any(isinstance(source, Leg) for source in leg.sources):
            leg.typed.append((now_us, digit))
            del leg.typed[:-TYPE_AHEAD_DIGITS]

    def dial(self, leg: Leg, digit: str) -> None:
        """To whoever hears the leg, as packets of ours: none carries it there."""
        for relay in leg.heard_by:
            if relay.listener.dtmf is not None:
                self.press(relay.listener, digit)

    def pass_on(self, call: Call, leg: Leg, digit: str) -> None:
        """To whoever hears the leg in a mix, which carries no events; not what is collected."""
        if leg.id in call.collections:
            return
        for listener in call.legs.values():
            if (
                isinstance(listener.hears, Mix)
                and leg in listener.sources
                and listener.dtmf is not None
            ):
                self.press(listener, digit)

    def press(self, leg: Leg, digits: str) -> bool:
        """Sends digits to a leg, after those being sent; False when they're none, or too many."""
        added = leg.digits_out.add(digits)
        if leg.digits_out.busy:
            self._dialling[leg] = None
        return added

    def drop(self, call: Call, leg: Leg) -> None:
        """The leg is closed."""
        self.forget(call, leg.id)
        self._dialling.pop(leg, None)
        leg.digits_out = EventWriter()

    def tick(self, now_us: int) -> None:
        """Every 20 ms: the collections' clocks, and digits of ours."""
        for leg_id, call in list(self._collecting.items()):
            collection = call.collections[leg_id]
            collection.tick(now_us)
            if collection.over:
                self._collected(call, leg_id, collection)
        for leg in list(self._dialling):
            self._dial(leg, now_us)

    def _collected(self, call: Call, leg: LegId, collection: Collection) -> None:
        asked = collection.asked
        call.finish(asked.collect)
        self.forget(call, leg)
        self._outcome(DigitsDone(asked, collection.digits, collection.ended_by))

    def _dial(self, leg: Leg, now_us: int) -> None:
        """20 ms of digits. Who takes no events hears them."""
        if leg.dtmf is None:
            key, number = leg.digits_out.tone()
            if leg.sounds:
                codes = tones.frame(key, number, leg.a_law)
                leg.send(leg.line.next(leg.payload, codes, now_us, leg.fresh))
            leg.fresh = not leg.digits_out.busy
        else:
            begins, payloads = leg.digits_out.frame()
            if begins:
                leg.line.begin_event(now_us)
                leg.fresh = True
            for payload in payloads if leg.sounds else ():
                leg.send(leg.line.event(leg.dtmf, payload, begins))
        if not leg.digits_out.busy:
            del self._dialling[leg]
