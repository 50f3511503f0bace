"""Who hears what: matrices put in force, plays begun and ended, frames sent.

A leg that hears one other is relayed packet by packet, one that hears one play is sent it as it
is; only who hears several at once is mixed for.
"""

import sys
from collections.abc import Callable, Sequence

from roost.adapters.media.call import Call
from roost.adapters.media.leg import Leg, Mix, Part, Relay
from roost.adapters.media.matrix import objection
from roost.adapters.media.mixing import Mixer
from roost.adapters.media.playing import PHASES, Library, Play
from roost.adapters.media.wire import OutcomeBody, PlayDone
from roost.floor.effects import FromLeg, FromPrompts, Route, SetMatrix
from roost.kernel.ids import LegId, PlayId
from roost.protocols.rtp.jitter import JitterBuffer


def prompts(leg: Leg | None) -> tuple[Play, ...]:
    """The plays that it hears and that will end."""
    if leg is None:
        return ()
    return tuple(s for s in leg.sources if isinstance(s, Play) and not s.repeat)


class Routes:
    """Plays and mixers of all calls by phase. `refused` counts matrices that can't be put in
    force."""

    def __init__(self, library: Library, outcome: Callable[[OutcomeBody], None]) -> None:
        self.refused = 0
        self._library = library
        self._outcome = outcome
        self._plays: tuple[dict[Play, Call], ...] = tuple({} for _ in range(PHASES))
        self._mixers: tuple[dict[Call, Mixer], ...] = tuple({} for _ in range(PHASES))
        self._calls = [0] * PHASES

    def begin(self) -> int:
        """A new call's phase: the one with the fewest."""
        phase = self._calls.index(min(self._calls))
        self._calls[phase] += 1
        return phase

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
        wanted: dict[LegId, list[Route]] = {}
        for route in call.routes:
            wanted.setdefault(route.listener, []).append(route)
        standing = {r.source.play for r in call.routes if isinstance(r.source, FromPrompts)}
        for play in [play for play in call.plays.values() if play.id not in standing]:
            self._drop_play(call, play)
        for leg in call.legs.values():
            self.hear(leg, self._parts(call, wanted.get(leg.id, ())))
        self._mix(call)
        self._hush(call)
        for leg_id, collection in call.collections.items():
            if prompts(call.legs.get(leg_id)):
                collection.play_started()
            else:
                collection.play_ended(now_us)

    def _parts(self, call: Call, routes: Sequence[Route]) -> tuple[Part, ...]:
        """What these routes give to hear now: a leg that isn't there, and a play that's over,
        nothing."""
        parts: list[Part] = []
        for route in routes:
            if isinstance(route.source, FromLeg):
                source = call.legs.get(route.source.leg)
            else:
                source = self._play(call, route.source)
            if source is not None:
                parts.append((source, route.gain_db))
        return tuple(parts)

    def _play(self, call: Call, source: FromPrompts) -> Play | None:
        play = call.plays.get(source.play)
        if play is None and source.play not in call.done:
            play = Play(source.play, source.prompts, source.repeat, self._library, source.first)
            self._plays[call.phase][play] = call
            call.plays[play.id] = play
        return play

    def hear(self, leg: Leg, parts: tuple[Part, ...]) -> None:
        """From now on `leg` hears these; nothing changes when it does already."""
        before = leg.hears
        if len(parts) > 1:
            if isinstance(before, Mix):
                before.parts = parts
                return
        elif parts:
            source, gain_db = parts[0]
            if isinstance(before, Relay) and (source, gain_db) == (before.source, before.gain_db):
                return
            if before is source:
                leg.set_gain(gain_db)
                return
        elif before is None or (isinstance(before, Play) and not before.id):
            return  # its own silence goes on
        self._unhear(leg)
        if not parts:
            return
        leg.spoken_to = True
        if len(parts) > 1:
            leg.hears = Mix(parts)
            return
        source, gain_db = parts[0]
        if isinstance(source, Leg):
            relay = Relay(source, leg, gain_db)
            leg.hears = relay
            source.heard_by = (*source.heard_by, relay)
        else:
            leg.hears = source
            leg.set_gain(gain_db)
            source.listeners = (*source.listeners, leg)

    def _unhear(self, leg: Leg) -> None:
        before = leg.hears
        if isinstance(before, Relay):
            sender = before.source
            sender.heard_by = tuple(r for r in sender.heard_by if r is not before)
        elif isinstance(before, Play):
            before.listeners = tuple(other for other in before.listeners if other is not leg)
            if not before.id:
                for plays in self._plays:
                    plays.pop(before, None)
        leg.hears = None
        leg.fresh = True

    def leave(self, leg: Leg) -> None:
        """It hears nothing and isn't heard."""
        self._unhear(leg)
        for relay in leg.heard_by:
            relay.listener.hears, relay.listener.fresh = None, True
        leg.heard_by = ()
        leg.voice = None

    def _mix(self, call: Call) -> None:
        """One mixer for all of a call who hear several; a buffer for each whom they hear."""
        listeners = [leg for leg in call.legs.values() if isinstance(leg.hears, Mix)]
        heard = {source for leg in listeners for source in leg.sources}
        for leg in call.legs.values():
            if leg not in heard:
                leg.voice = None
            elif leg.voice is None:
                leg.voice = JitterBuffer(leg.a_law)
        if listeners:
            self._mixers[call.phase][call] = Mixer(listeners)
        else:
            self._mixers[call.phase].pop(call, None)

    def _hush(self, call: Call) -> None:
        """A leg that has been spoken to never hears nothing: phones and gateways take a line
        without packets for a dead one."""
        for leg in call.legs.values():
            if leg.hears is None and leg.spoken_to:
                quiet = Play(PlayId(""), (), True, self._library)
                self._plays[call.phase][quiet] = call
                leg.hears = quiet
                leg.set_gain(0)
                quiet.listeners = (leg,)

    def _drop_play(self, call: Call, play: Play) -> None:
        """The play is over, or was taken away: its listeners hear nothing of it any more."""
        call.plays.pop(play.id, None)
        call.finish(play.id)
        self._plays[call.phase].pop(play, None)
        for leg in play.listeners:
            leg.hears = None
            leg.fresh = True
        play.listeners = ()

    def end_play(self, call: Call, play: Play, now_us: int) -> None:
        """It was played once, or a digit stopped it: its outcome, and the first clocks."""
        self._drop_play(call, play)
        self.route(call, now_us)
        self._outcome(PlayDone(call.contact, play.id))

    @property
    def playing(self) -> bool:
        """Whether any call hears something that media sends by itself."""
        return any(self._plays) or any(self._mixers)

    def until_next(self, phase: int) -> int:
        """How many phases on something is to be sent again; no farther than to the first."""
        steps = 1
        while phase + steps < PHASES:
            if self._plays[phase + steps] or self._mixers[phase + steps]:
                return steps
            steps += 1
        return steps

    def close(self, call: Call) -> None:
        """The call is over: nothing of it plays any more."""
        self._calls[call.phase] -= 1
        self._mixers[call.phase].pop(call, None)
        for play in call.plays.values():
            self._plays[call.phase].pop(play, None)
            play.listeners = ()

    def frame(self, phase: int, now_us: int) -> None:
        """The plays and mixes of one phase send their next 20 ms."""
        for play, call in list(self._plays[phase].items()):
            if play.id and not play.advance():
                if any(play in leg.sources for leg in call.legs.values()):
                    self.end_play(call, play, now_us)
                else:
                    self._plays[phase].pop(play, None)
                continue
            for leg in play.listeners:
                if leg.sounds and not leg.digits_out.busy:
                    codes = play.frame(leg.a_law)
                    if leg.play_table is not None:
                        codes = codes.translate(leg.play_table)
                    leg.send(leg.line.next(leg.payload, codes, now_us, leg.fresh))
                    leg.fresh = False
        for mixer in list(self._mixers[phase].values()):
            mixer.frame(now_us)
