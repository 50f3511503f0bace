"""Answers the floor's effects as phones, media and people would, in virtual time."""

from collections.abc import Callable
from typing import Any

from roost.floor.calls.messages import LegMeasured, MediaLost, MediaReady, PlayEnded, TrackClosed
from roost.floor.definition import Floor
from roost.floor.effects import (
    AnswerLeg,
    AskLeg,
    AskWeb,
    CloseMedia,
    CollectDigits,
    DialAgent,
    DialNumber,
    EndLeg,
    FromPrompts,
    RefuseLeg,
    SetMatrix,
    StartTrack,
    StopTrack,
    TrackPurpose,
)
from roost.floor.flows.messages import WebAnswered
from roost.floor.modes.messages import DeclareMode
from roost.kernel.ids import LegId, MediaId, PlayId, PromptId, TrackId
from roost.kernel.messages import Effect
from roost.kernel.time import DurationUs, InstantUs
from roost.simulator.callers import Caller, Callers, Tell
from roost.simulator.dice import Dice
from roost.simulator.people import People
from roost.simulator.scenario import Declared, Scenario
from roost.simulator.timeline import Timeline

WEB_US = 200_000
PACKETS_PER_SECOND = 50


class World:
    """`perform(effect)` is what the adapters' dispatch is in a live centre."""

    def __init__(self, scenario: Scenario, seed: int, timeline: Timeline, tell: Tell) -> None:
        self.scenario = scenario
        self.timeline = timeline
        self.tell = tell
        self.callers = Callers(scenario, seed, timeline, tell)
        self.people = People(scenario, seed, timeline, tell)
        self.tracks: dict[TrackId, tuple[StartTrack, int]] = {}
        self.on_leg: dict[LegId, list[TrackId]] = {}
        self.met: set[LegId] = set()  # agents' legs that a caller has heard
        self.plays: dict[str, PlayId] = {}  # by contact: what the caller hears
        self.lost: set[MediaId] = set()  # media processes that died
        self.satisfied: dict[PromptId, int] = {}  # of those who hear it, who hangs up, per million
        self.acts: dict[type[Effect], Callable[[Any], None]] = {
            AnswerLeg: self.answer_leg,
            RefuseLeg: self.end_leg,
            EndLeg: self.end_leg,
            DialAgent: self.dial,
            DialNumber: self.callers.called,
            AskLeg: self.ask_leg,
            SetMatrix: self.set_matrix,
            CollectDigits: self.callers.asked,
            StartTrack: self.start_track,
            StopTrack: self.stop_track,
            CloseMedia: self.close_media,
            AskWeb: self.ask_web,
        }

    def begin(self, floor: Floor) -> None:
        self.timeline.send(MediaReady(self.callers.media), "media")
        self.people.begin()
        self.callers.begin()
        said = {client.id: client.announcements for client in floor.clients}
        for one in self.scenario.declared:
            self.timeline.after(one.from_us, self.declare, one)
            for prompt in said.get(one.scope.client, {}).get(one.announcement, ()):
                if one.satisfied:
                    self.satisfied[prompt] = one.satisfied
        for length in self.scenario.faults.media_lost:
            self.timeline.after(length, self.lose_media)

    def perform(self, effect: Effect) -> None:
        act = self.acts.get(effect.__class__)
        if act is None:
            return
        if self.lost:
            media: MediaId | None = getattr(effect, "media", None)
            if media is not None and media in self.lost:  # nobody is there
                self.miss(media)
                return
        act(effect)

    # --- signalling ---

    def answer_leg(self, effect: AnswerLeg) -> None:
        self.callers.answered(effect.leg)

    def end_leg(self, effect: EndLeg | RefuseLeg) -> None:
        if effect.leg in self.callers.by_leg:
            self.callers.hung_up_on(effect.leg)
        else:
            self.people.hung_up_on(effect.leg)

    def ask_leg(self, effect: AskLeg) -> None:
        caller = self.callers.by_leg.get(effect.leg)
        if caller is None:
            self.people.asked(effect.leg)
        else:
            self.callers.asked_for(caller)

    def dial(self, effect: DialAgent) -> None:
        self.people.rings(effect, self.callers.by_contact.get(effect.contact))

    # --- media ---

    def lose_media(self, _: object) -> None:
        """The media process dies with all that it held. Another one takes the calls from now on."""
        lost = self.callers.media
        self.lost.add(lost)
        self.callers.media = MediaId(f"media-sim-{len(self.lost) + 1}")
        self.tracks.clear()
        self.on_leg.clear()
        self.plays.clear()
        self.people.sending.clear()
        self.miss(lost)
        self.timeline.send(MediaReady(self.callers.media), f"media:{self.callers.media}")

    def miss(self, media: MediaId) -> None:
        """Who starts the processes says so, on no network; and again whenever one asks for it."""
        self.timeline.send(MediaLost(media), f"lost:{media}:{self.timeline.now}")

    def set_matrix(self, effect: SetMatrix) -> None:
        caller = self.callers.by_contact.get(effect.contact)
        if caller is None or caller.gone:
            return
        for route in effect.routes:
            source = route.source
            if isinstance(source, FromPrompts):
                self.play(effect, source, caller)
            elif route.listener == caller.leg and source.leg in self.people.by_leg:
                self.meet(source.leg, caller)

    def meet(self, leg: LegId, caller: Caller) -> None:
        """The caller hears an agent, perhaps not for the first time."""
        if leg not in self.met:
            self.met.add(leg)
            self.talk(leg, caller)

    def play(self, effect: SetMatrix, source: FromPrompts, caller: Caller) -> None:
        if self.plays.get(effect.contact) == source.play:
            return
        self.plays[effect.contact] = source.play
        if self.satisfied:
            self.tells(source, caller)
        if not source.repeat:
            length = len(source.prompts) * self.scenario.behaviour.prompt_us
            caller.heard = self.timeline.now + length
            self.timeline.timer(length, self.end_play, (effect.contact, source.play, caller))

    def tells(self, source: FromPrompts, caller: Caller) -> None:
        """Who is told what they wanted to know hangs up; the same callers in every run."""
        said = source.prompts[: source.first] if source.repeat else source.prompts
        share = max((self.satisfied.get(one, 0) for one in said), default=0)
        if share and Dice(0, caller.luck[0] >> 32).chance(share):
            length = len(said) * self.scenario.behaviour.prompt_us
            self.timeline.timer(length, self.content, caller)

    def content(self, caller: Caller) -> None:
        if not caller.talking:
            self.callers.hang_up(caller)

    def declare(self, one: Declared) -> None:
        ends = InstantUs(self.timeline.now + one.length_us)
        command = DeclareMode(one.kind, one.scope, ends, None, one.announcement, one.to)
        self.timeline.send(command, f"declare:{self.timeline.now}:{one.kind}")

    def end_play(self, about: tuple[Any, PlayId, Caller]) -> None:
        contact, play, caller = about
        if not caller.gone and self.plays.get(contact) == play:
            self.tell(PlayEnded(contact, play), f"play:{play}")

    def talk(self, leg: LegId, caller: Caller) -> None:
        caller.talking = leg
        length = self.people.takes(leg, caller)
        how = self.scenario.behaviour
        if how.consults and caller.dice.chance(how.consults):
            self.timeline.after(length // 3, self.people.consult, leg)
        elif how.transfers and caller.dice.chance(how.transfers):
            self.timeline.after(length // 2, self.people.transfer, leg)
        if caller.dice.chance(self.scenario.behaviour.agent_hangs_up):
            self.timeline.after(length, self.people.hang_up, leg)
        else:
            self.timeline.after(length, self.callers.hang_up, caller)

    def start_track(self, effect: StartTrack) -> None:
        if effect.track in self.tracks:
            return
        self.tracks[effect.track] = (effect, self.timeline.now)
        self.on_leg.setdefault(effect.leg, []).append(effect.track)
        if effect.purpose is TrackPurpose.VOICEMAIL:
            length = self.callers.voicemail_us(effect.leg, effect.most_us)
            self.timeline.after(length, self.close_track, effect.track)

    def stop_track(self, effect: StopTrack) -> None:
        self.close_track(effect.track)

    def close_track(self, track: TrackId) -> None:
        found = self.tracks.pop(track, None)
        if found is None:
            return
        effect, began = found
        length = DurationUs(self.timeline.now - began)
        file = f"{track.replace('/', '-')}.track"
        self.tell(
            TrackClosed(
                effect.contact, effect.leg, track, file, length, length // 125, DurationUs(0)
            ),
            f"track:{track}",
        )

    def close_media(self, effect: CloseMedia) -> None:
        self.plays.pop(effect.contact, None)
        for leg in effect.legs:
            self.people.sending.discard(leg)
            self.met.discard(leg)
            for track in self.on_leg.pop(leg, ()):
                self.close_track(track)
            self.tell(
                LegMeasured(
                    effect.contact, leg, PACKETS_PER_SECOND, PACKETS_PER_SECOND, 0, DurationUs(0), 0
                ),
                f"measured:{leg}",
            )

    # --- outside ---

    def ask_web(self, effect: AskWeb) -> None:
        """The client's system answers with each variable's first declared choice."""
        choices = {name: values[0] for name, values in effect.choices.items()}
        answer = WebAnswered(effect.contact, effect.request, "answered", choices, {})
        self.timeline.timer(WEB_US, lambda _: self.tell(answer, f"web:{effect.request}"))
