"""Who hears whom, when there may be more than two: one function of who takes part and who's on
hold (`Talk.routes`), which every change of a talk goes through.

- Everybody in the talk hears everybody else in it; a leg on hold hears the client's hold music
  and isn't heard.
- A watcher hears what the agent watched hears and says; it's heard by that agent alone when it
  whispers, by everybody in the talk when it barges in. Who is on hold hears no watcher.
- A leg whose line is interrupted is nobody's source. Who would then hear nobody hears the hold
  music, and so does a customer who is alone.
- An agent who is alone with a leg that's being called hears what comes of it (the far end's
  ringing tone, an announcement).
"""

from typing import Final

from msgspec import Struct

from roost.floor.calls import messages as m
from roost.floor.calls.model import MOST_TRACK_US, Account, Call, Calls, Leg, LegState, Track
from roost.floor.effects import (
    EndLeg,
    FromLeg,
    FromPrompts,
    PauseTrack,
    Route,
    SetMatrix,
    StartTrack,
    StopTrack,
    TrackPurpose,
)
from roost.floor.parties import Party, WatchMode
from roost.kernel.ends import Reason
from roost.kernel.ids import LegId, PlayId, PromptId, TrackId
from roost.kernel.messages import Decision, Effect, Event

CALLED: Final = (Party.GUEST, Party.CUSTOMER)  # whom the agent alone hears while it's called


class Voice(Struct, gc=False):
    """One leg's part in a talk. `called`: it's being called, and not there yet."""

    leg: LegId
    party: Party
    held: bool = False
    lost: bool = False
    called: bool = False
    watches: LegId | None = None
    mode: WatchMode | None = None

    @property
    def speaks(self) -> bool:
        return not (self.held or self.lost or self.called) and self.party is not Party.WATCHER


def _voice(leg: Leg) -> Voice:
    return Voice(
        leg.id,
        leg.party,
        leg.held,
        leg.lost_at is not None,
        leg.state is LegState.DIALLED,
        leg.watches,
        leg.mode,
    )


class Talk:
    """A change of a talk in the making: the events and effects so far, and the voices as they
    will be after it. `decision` closes it with the matrix."""

    def __init__(self, state: Calls, call: Call) -> None:
        self.call = call
        self.account: Account = state.accounts[call.client]
        self.events: list[Event] = []
        self.effects: list[Effect] = []
        self.voices: dict[LegId, Voice] = {}
        self._joined: LegId | None = None
        self._tracks = call.tracks_made
        for leg in call.legs.values():
            called = leg.party in CALLED and leg.state is LegState.DIALLED
            if (leg.joined or called) and leg.state is not LegState.ENDING:
                self.voices[leg.id] = _voice(leg)

    # --- changes ---

    def hold(self, leg: LegId, held: bool) -> None:
        voice = self.voices[leg]
        if voice.held != held and not voice.called:
            voice.held = held
            call = self.call
            self.events.append(
                m.PartyHeld(
                    owner=call.owner, contact=call.id, leg=leg, party=voice.party, held=held
                )
            )

    def hold_others(self, host: LegId, held: bool) -> None:
        """Everybody who takes part but the host, and but watchers."""
        for voice in tuple(self.voices.values()):
            if voice.leg != host and voice.party is not Party.WATCHER:
                self.hold(voice.leg, held)

    def called(self, leg: LegId, party: Party) -> None:
        """Somebody outside is to be called, whose leg isn't among the others yet."""
        self.voices[leg] = Voice(leg, party, called=True)

    def join(self, leg: Leg) -> None:
        """A leg that's up takes part from now on; the customer does, too, from the first one."""
        call = self.call
        self._joined = leg.id
        voice = _voice(leg)
        voice.called = False
        self.voices[leg.id] = voice
        customer = call.legs.get(call.caller_leg)
        new = customer is not None and customer.id not in self.voices
        if new and customer is not None and leg.party is not Party.WATCHER:
            self.voices[customer.id] = _voice(customer)
            order = {one: place for place, one in enumerate(call.legs)}
            self.voices = dict(sorted(self.voices.items(), key=lambda v: order.get(v[0], 99)))
        there = [
            voice.leg
            for voice in self.voices.values()
            if not voice.called and voice.party is not Party.WATCHER
        ]
        if self.account.record and len(there) > 1:
            for one in there:
                self._record(one)

    def takes_over(self, watcher: Leg) -> None:
        """A watcher is an agent's part from now on, and recorded as one."""
        voice = self.voices[watcher.id]
        voice.party, voice.watches, voice.mode = Party.AGENT, None, None
        if self.account.record:
            self._record(watcher.id)

    def _record(self, leg: LegId) -> None:
        """Each part is recorded on a track of its own."""
        call = self.call
        for track in call.tracks.values():
            if track.leg == leg and track.purpose is TrackPurpose.RECORDING and not track.over:
                return
        self._tracks += 1
        event = m.TrackStarted(
            owner=call.owner,
            contact=call.id,
            leg=leg,
            track=TrackId(f"{leg}/t{self._tracks}"),
            purpose=TrackPurpose.RECORDING,
            most_us=MOST_TRACK_US,
        )
        self.events.append(event)
        self.effects.append(recording(call, event.track, event))
        if call.paused:
            self.effects.append(PauseTrack(call.media, leg, event.track, paused=True))

    def stop_recording(self, leg: LegId) -> None:
        for name, track in self.call.tracks.items():
            if track.leg == leg and track.purpose is TrackPurpose.RECORDING and not track.over:
                self.effects.append(StopTrack(self.call.media, leg, TrackId(name)))

    def let_go(self, leg: Leg, reason: Reason) -> None:
        """A leg leaves, and signalling is asked to end it; whoever watches it goes with it."""
        call = self.call
        if leg.state is LegState.ENDING:
            return
        self.voices.pop(leg.id, None)
        self.stop_recording(leg.id)
        self.events.append(
            m.LegEnding(owner=call.owner, contact=call.id, leg=leg.id, reason=reason)
        )
        self.effects.append(EndLeg(leg.id, reason))
        self._no_watchers(leg.id)

    def gone(self, ended: m.LegEnded) -> None:
        """A leg has ended by itself."""
        self.voices.pop(ended.leg, None)
        self.stop_recording(ended.leg)
        self.events.append(ended)
        self._no_watchers(ended.leg)

    def _no_watchers(self, of: LegId) -> None:
        for leg in self.call.legs.values():
            voice = self.voices.get(leg.id)
            taken_over = voice is not None and voice.party is Party.AGENT
            if leg.watches == of and not taken_over:
                self.let_go(leg, Reason.HUNG_UP)

    def tell(self, event: Event, *effects: Effect) -> None:
        self.events.append(event)
        self.effects.extend(effects)

    def host(self, leg: Leg | None) -> None:
        """Who carries the contact from now on."""
        call = self.call
        self.events.append(
            m.HostChanged(
                owner=call.owner,
                contact=call.id,
                leg=leg.id if leg else None,
                agent=leg.agent if leg else None,
                offer=leg.offer if leg else None,
            )
        )

    # --- the outcome ---

    def routes(self) -> tuple[Route, ...]:
        routes: list[Route] = []
        for voice in self.voices.values():
            if voice.called:
                continue
            if voice.party is Party.WATCHER:
                routes.extend(self._watched(voice))
            elif voice.held:
                routes.extend(self._music(voice.leg))
            else:
                routes.extend(self._heard(voice))
        return tuple(routes)

    def _watched(self, watcher: Voice) -> list[Route]:
        of = self.voices.get(watcher.watches) if watcher.watches else None
        if of is None or of.held:
            return []
        return [
            Route(FromLeg(other.leg), watcher.leg)
            for other in self.voices.values()
            if other.speaks or (other is not watcher and other.mode is WatchMode.BARGE)
        ]

    def _heard(self, listener: Voice) -> list[Route]:
        heard: list[Route] = []
        talkers = lost = 0
        for other in self.voices.values():
            if other is listener:
                continue
            if other.party is Party.WATCHER:
                whispers = other.mode is WatchMode.WHISPER and other.watches == listener.leg
                if whispers or other.mode is WatchMode.BARGE:
                    heard.append(Route(FromLeg(other.leg), listener.leg))
            elif other.speaks:
                talkers += 1
                heard.append(Route(FromLeg(other.leg), listener.leg))
            elif other.lost and not other.held:
                lost += 1
        if talkers:
            return heard
        if listener.party is not Party.AGENT or lost:
            return [*heard, *self._music(listener.leg)]
        called = [v for v in self.voices.values() if v.called]
        return [*heard, *(Route(FromLeg(one.leg), listener.leg) for one in called)]

    def _music(self, listener: LegId) -> list[Route]:
        """The client's, and where it plays already it goes on."""
        prompts = tuple(PromptId(one) for one in self.account.hold_music)
        if not prompts:
            return []
        start = f"{self.call.id}/h"
        for route in self.call.routes:
            if route.listener != listener or not isinstance(route.source, FromPrompts):
                continue
            if route.source.play.startswith(start) and route.source.prompts == prompts:
                return [route]
        name = PlayId(f"{start}{self.call.version + 1}/{listener.rpartition('/')[2]}")
        return [Route(FromPrompts(name, prompts, repeat=True), listener)]

    def matrix(self, routes: tuple[Route, ...] | None = None) -> None:
        """Close the change with who hears what after it."""
        call = self.call
        routes = self.routes() if routes is None else routes
        version = call.version + 1
        self.tell(
            m.MatrixChanged(
                owner=call.owner,
                contact=call.id,
                version=version,
                routes=routes,
                joined=self._joined,
            ),
            SetMatrix(call.id, call.media, version, routes),
        )

    def decision(self) -> Decision:
        self.matrix()
        return Decision(tuple(self.events), tuple(self.effects))

    def as_it_stands(self) -> Decision:
        return Decision(tuple(self.events), tuple(self.effects))

    def wait_again(self) -> tuple[Route, ...]:
        """What the customer hears who waits again: what came before the talk, or music."""
        call = self.call
        before = tuple(
            route
            for route in call.waiting
            if isinstance(route.source, FromPrompts) and route.source.repeat
        )
        return before or tuple(self._music(call.caller_leg))


def recording(call: Call, track: TrackId, of: m.TrackStarted | Track) -> StartTrack:
    return StartTrack(call.id, call.client, call.media, of.leg, track, of.purpose, of.most_us)


def parts(call: Call, *parties: Party) -> list[Leg]:
    """The legs that take part (in the talk, or on hold) as one of these."""
    return [
        leg
        for leg in call.legs.values()
        if leg.joined and leg.state is not LegState.ENDING and leg.party in parties
    ]
