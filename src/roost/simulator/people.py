"""Virtual agents: signed in, with a registered phone; they answer, talk, and write up."""

from roost.floor.agents.messages import (
    AgentAway,
    AgentReady,
    AgentSignedIn,
    AgentSignedOut,
    GoReady,
    PhoneRegistered,
    SignIn,
    WrapUp,
    WrapUpStarted,
)
from roost.floor.calls.messages import (
    LegAnswered,
    LegClosed,
    LegConfirmed,
    LegFailed,
    LegRang,
    LegSilent,
)
from roost.floor.effects import DialAgent
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, LegId
from roost.kernel.time import MINUTE, SECOND
from roost.simulator.callers import NETWORK_US, SILENCE_US, Tell
from roost.simulator.dice import Dice
from roost.simulator.scenario import Scenario
from roost.simulator.timeline import Timeline

LOOKS_US = 1 * MINUTE  # an agent looks at the own state that often


class Person:
    """An agent's own view: `state` as the desk shows it, `leg` the call on the phone."""

    __slots__ = ("away_since", "dice", "id", "leg", "state", "up")

    def __init__(self, id: AgentId, dice: Dice) -> None:
        self.id = id
        self.dice = dice
        self.leg: LegId | None = None
        self.up = False
        self.state = "out"
        self.away_since = 0


class People:
    """All agents of a run, and their phones."""

    def __init__(self, scenario: Scenario, seed: int, timeline: Timeline, tell: Tell) -> None:
        self.scenario = scenario
        self.timeline = timeline
        self.tell = tell
        self.people = {
            agent: Person(agent, Dice(seed, (1 << 40) + place))
            for place, agent in enumerate(scenario.agents)
        }
        self.by_leg: dict[LegId, Person] = {}

    def begin(self) -> None:
        for place, person in enumerate(self.people.values()):
            self.timeline.after(place * 10_000, self.look, person)

    def look(self, person: Person) -> None:
        """Where am I? Sign in, register the phone again, come back from a missed ring."""
        key = f"{person.id}:{self.timeline.now}"
        if person.state == "out":
            self.tell(SignIn(person.id), f"in:{key}")
        self.tell(PhoneRegistered(person.id), f"phone:{key}")
        if person.state in ("out", "away"):
            self.tell(GoReady(person.id), f"ready:{key}")
        if person.state == "wrapping":
            self.finish(person)
        self.timeline.after(LOOKS_US, self.look, person)

    def rings(self, effect: DialAgent) -> None:
        """The phone rings (an INVITE that came twice rings once)."""
        person = self.people.get(effect.agent)
        if person is None or effect.leg in self.by_leg:
            return
        if person.leg is not None:
            self.tell(LegFailed(effect.leg, Blame.AGENT, Reason.BUSY, 486), f"busy:{effect.leg}")
            return
        person.leg, person.up = effect.leg, False
        self.by_leg[effect.leg] = person
        self.tell(LegRang(effect.leg), f"180:{effect.leg}")
        how, dice = self.scenario.behaviour, person.dice
        if dice.chance(how.misses_ring):
            return
        if dice.chance(how.declines):
            self.timeline.after(dice.exponential(2 * SECOND), self.decline, effect.leg)
            return
        self.timeline.after(dice.exponential(how.answers_after_us), self.answer, effect.leg)

    def decline(self, leg: LegId) -> None:
        person = self.by_leg.pop(leg, None)
        if person is not None:
            person.leg = None
            self.tell(LegFailed(leg, Blame.AGENT, Reason.DECLINED, 603), f"603:{leg}")

    def answer(self, leg: LegId) -> None:
        person = self.by_leg.get(leg)
        if person is not None:
            person.up = True
            self.tell(LegAnswered(leg), f"200:{leg}")

    def hang_up(self, leg: LegId) -> None:
        person = self.by_leg.pop(leg, None)
        if person is not None:
            person.leg = None
            self.tell(LegClosed(leg, Blame.AGENT, Reason.HUNG_UP), f"bye:{leg}")
            self.timeline.after(SILENCE_US, self.fall_silent, (leg, 1))

    def fall_silent(self, about: tuple[LegId, int]) -> None:
        """Media's notice for a leg whose BYE may have been lost; refused when it's known."""
        leg, times = about
        self.tell(LegSilent(leg), f"silent:{leg}:{times}")
        if times < 4:
            self.timeline.after(SILENCE_US, self.fall_silent, (leg, times + 1))

    def hung_up_on(self, leg: LegId) -> None:
        person = self.by_leg.pop(leg, None)
        was_up = person is not None and person.up
        if person is not None:
            person.leg = None
        if was_up:
            self.tell(LegClosed(leg, Blame.US, Reason.HUNG_UP), f"closed:{leg}")
        else:
            self.tell(LegFailed(leg, Blame.US, Reason.CANCELLED, 487), f"487:{leg}")

    def asked(self, leg: LegId) -> None:
        """OPTIONS in the dialog."""
        if leg in self.by_leg:
            self.tell(LegConfirmed(leg), f"alive:{leg}:{self.timeline.now}")
        else:
            self.tell(LegClosed(leg, Blame.NETWORK, Reason.MEDIA_SILENT), f"481:{leg}")

    def sees(self, event: object) -> None:
        """What the desk shows."""
        if isinstance(event, AgentReady):
            self.people[event.agent].state = "ready"
        elif isinstance(event, AgentAway):
            person = self.people[event.agent]
            person.state = "away"
            if event.reason in ("no_answer", "declined", "unreachable"):
                self.timeline.after(
                    self.scenario.behaviour.returns_after_us, self.come_back, person
                )
        elif isinstance(event, AgentSignedIn):
            self.people[event.agent].state = "away"
        elif isinstance(event, AgentSignedOut):
            self.people[event.agent].state = "out"
        elif isinstance(event, WrapUpStarted):
            person = self.people[event.agent]
            person.state = "wrapping"
            how = self.scenario.behaviour
            self.timeline.after(person.dice.exponential(how.wrap_up_us), self.finish, person)

    def come_back(self, person: Person) -> None:
        if person.state == "away":
            self.tell(GoReady(person.id), f"back:{person.id}:{self.timeline.now}")

    def finish(self, person: Person) -> None:
        if person.state == "wrapping":
            self.tell(WrapUp(person.id, "solved"), f"wrap:{person.id}:{self.timeline.now}")


__all__ = ["NETWORK_US", "People", "Person"]
