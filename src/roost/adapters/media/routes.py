"""Who hears what: matrices put in force, plays begun and ended, frames sent."""

import sys
from collections.abc import Callable, Mapping

from roost.adapters.media.call import Call
from roost.adapters.media.leg import Leg, Relay
from roost.adapters.media.matrix import objection
from roost.adapters.media.playing import PHASES, Library, Play
from roost.adapters.media.wire import OutcomeBody, PlayDone
from roost.floor.effects import FromLeg, FromPrompts, SetMatrix
from roost.kernel.ids import ContactId, PlayId


def prompted(leg: Leg | None) -> bool:
    """Whether a prompt that will end is being played to it."""
    return leg is not None and isinstance(leg.hears, Play) and not leg.hears.repeat


class Routes:
    """Plays of all calls by phase. `refused` counts matrices that can't be put in force."""

    def __init__(self, library: Library, outcome: Callable[[OutcomeBody], None]) -> None:
        self.refused = 0
        self._library = library
        self._outcome = outcome
        self._phases: tuple[dict[Play, None], ...] = tuple({} for _ in range(PHASES))

    def set_matrix(self, call: Call, effect: SetMatrix, now_us: int) -> None:
        """An older version, or the same again, changes nothing."""
        if effect.version <= call.version:
            return
        why = objection(effect.routes)
        if why is not None:
            self.refused += 1
            print(f"media: matrix {effect.version} of {effect.contact}: {why}", file=sys.stderr)
            return
        call.version, call.routes = effect.version, effect.routes
        self.route(call, now_us)

    def route(self, call: Call, now_us: int) -> None:
        """Puts a call's routes in force: what stands already goes on."""
        routes = call.routes
        wanted = {route.listener: route for route in routes}
        standing = {route.source.play for route in routes if isinstance(route.source, FromPrompts)}
        for play in [play for play in call.plays.values() if play.id not in standing]:
            self._drop_play(call, play)
        for leg in call.legs.values():
            route = wanted.get(leg.id)
            if route is None:
                self.hear(leg, None)
            elif isinstance(route.source, FromLeg):
                source = call.legs.get(route.source.leg)
                self.hear(leg, source, route.gain_db)
            else:
                self.hear(leg, self._play(call, route.source), route.gain_db)
        self.hush(call)
        for leg_id, collection in call.collections.items():
            if prompted(call.legs.get(leg_id)):
                collection.play_started()
            else:
                collection.play_ended(now_us)

    def _play(self, call: Call, source: FromPrompts) -> Play | None:
        play = call.plays.get(source.play)
        if play is None and source.play not in call.done:
            play = Play(source.play, source.prompts, source.repeat, self._library)
            self._begin_play(play)
            call.plays[play.id] = play
        return play

    def _begin_play(self, play: Play) -> None:
        play.phase = min(range(PHASES), key=lambda phase: len(self._phases[phase]))
        self._phases[play.phase][play] = None

    def hear(self, leg: Leg, source: Leg | Play | None, gain_db: int = 0) -> None:
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

    def leave(self, leg: Leg) -> None:
        """It hears nothing and isn't heard."""
        self.hear(leg, None)
        for relay in leg.heard_by:
            relay.listener.hears, relay.listener.fresh = None, True
        leg.heard_by = ()

    def hush(self, call: Call) -> None:
        """A leg that has been spoken to never hears nothing: phones and gateways take a line
        without packets for a dead one."""
        for leg in call.legs.values():
            if leg.hears is None and leg.spoken_to:
                quiet = Play(PlayId(""), (), True, self._library)
                self._begin_play(quiet)
                self.hear(leg, quiet)

    def _drop_play(self, call: Call, play: Play) -> None:
        """The play is over, or was taken away: its listeners hear nothing of it any more."""
        call.plays.pop(play.id, None)
        call.finish(play.id)
        self._phases[play.phase].pop(play, None)
        for leg in play.listeners:
            leg.hears = None
            leg.fresh = True
        play.listeners = ()

    def end_play(self, call: Call, play: Play, now_us: int) -> None:
        """It was played once, or a digit stopped it: its outcome, and the first clocks."""
        legs = play.listeners
        self._drop_play(call, play)
        self.hush(call)
        for leg in legs:
            collection = call.collections.get(leg.id)
            if collection is not None:
                collection.play_ended(now_us)
        self._outcome(PlayDone(call.contact, play.id))

    @property
    def playing(self) -> bool:
        """Whether any call hears something that media sends by itself."""
        return any(self._phases)

    def close(self, call: Call) -> None:
        """The call is over: nothing of it plays any more."""
        for play in call.plays.values():
            self._phases[play.phase].pop(play, None)
            play.listeners = ()

    def frame(self, calls: Mapping[ContactId, Call], phase: int, now_us: int) -> None:
        """The plays of one phase send their next 20 ms."""
        for play in list(self._phases[phase]):
            if play.id and not play.advance():
                legs = play.listeners
                if legs:
                    self.end_play(calls[legs[0].contact], play, now_us)
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
