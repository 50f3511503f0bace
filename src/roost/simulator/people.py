"""Virtual agents: signed in, with a registered phone; they answer, talk, and write up."""

from roost.floor.agents.messages import (
    AgentAway,
    AgentReady,
    AgentSignedIn,
    AgentSignedOut,
    CompleteTransfer,
    Consult,
    GoAway,
    GoReady,
    Merge,
    PhoneRegistered,
    SignIn,
    SignOut,
    Toggle,
    Transfer,
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
from roost.floor.parties import ToAgent
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, LegId
from roost.kernel.time import MINUTE, SECOND
from roost.simulator.callers import SILENCE_US, Tell
from roost.simulator.dice import Dice
from roost.simulator.scenario import ANY, Handling, Scenario, Shift
from roost.simulator.timeline import Timeline

LOOKS_US = 1 * MINUTE  # an agent looks at the own state that often
NOT_AT_WORK = ("out", "away")
MOST_SILENT = 4  # media's notices of one leg
RENEWS_US = 5 * MINUTE  # a phone registers again that often


class Person:
    """An agent's own view: `state` as the desk shows it, `leg` the call on the phone."""

    __slots__ = ("dice", "id", "label", "leg", "renews", "shift", "state", "up")

    def __init__(self, shift: Shift, dice: Dice) -> None:
        self.id = shift.agent
        self.shift = shift
        self.dice = dice
        self.label = ""  # what the call was about
        self.leg: LegId | None = None
        self.up = False
        self.state = "out"
        self.renews = 0  # when the phone registers again


class People:
    """All agents of a run, and their phones."""

    def __init__(self, scenario: Scenario, seed: int, timeline: Timeline, tell: Tell) -> None:
        self.scenario = scenario
        self.timeline = timeline
        self.tell = tell
        self.people = {
            shift.agent: Person(shift, Dice(seed, (1 << 40) + place))
            for place, shift in enumerate(scenario.shifts)
        }
        self.by_leg: dict[LegId, Person] = {}
        self.sending: set[LegId] = set()  # legs of which media has heard, and isn't done with
        self.by_label = dict(scenario.behaviour.handling)

    def handling(self, label: str) -> Handling:
        """Mean lengths for what a call is about."""
        found = self.by_label.get(label) or self.by_label.get(ANY)
        return found or next(iter(self.by_label.values()))

    def begin(self) -> None:
        for place, person in enumerate(self.people.values()):
            self.timeline.after(person.shift.from_us + place * 10_000, self.look, person)

    def look(self, person: Person) -> None:
        """Where am I? And is the shift over?"""
        now = self.timeline.now
        if now - self.scenario.start >= person.shift.until_us:
            self.go_home(person, f"{person.id}:{now}")
            return
        if person.state in NOT_AT_WORK or now >= person.renews:
            self.begin_work(person, f"{person.id}:{now}")
        if person.state == "wrapping":
            self.finish(person)
        self.timeline.timer(LOOKS_US, self.look, person)

    def begin_work(self, person: Person, key: str) -> None:
        """Sign in, register the phone (again), come back from a missed ring."""
        if person.state == "out":
            self.tell(SignIn(person.id), f"in:{key}")
        person.renews = self.timeline.now + RENEWS_US
        self.tell(PhoneRegistered(person.id), f"phone:{key}")
        if person.state in NOT_AT_WORK and not person.leg:
            self.tell(GoReady(person.id), f"ready:{key}")

    def go_home(self, person: Person, key: str) -> None:
        """The shift is over: away after this contact, then signed out."""
        if person.state == "out":
            return
        if person.state != "wrapping":
            self.tell(GoAway(person.id, "shift-over"), f"away:{key}")
        else:
            self.finish(person)
        self.tell(SignOut(person.id), f"out:{key}")
        self.timeline.timer(LOOKS_US, self.look, person)

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
            self.sending.add(leg)
            self.tell(LegAnswered(leg), f"200:{leg}")

    def hang_up(self, leg: LegId) -> None:
        person = self.by_leg.pop(leg, None)
        if person is not None:
            person.leg = None
            self.tell(LegClosed(leg, Blame.AGENT, Reason.HUNG_UP), f"bye:{leg}")
            self.timeline.timer(SILENCE_US, self.fall_silent, (leg, 1))

    # --- more than two ---

    def colleague(self, person: Person) -> AgentId:
        others = [one for one in self.people if one != person.id]
        return others[person.dice.below(len(others))] if others else person.id

    def consult(self, leg: LegId) -> None:
        """Ask a colleague; half a minute later the talk goes one of four ways."""
        person = self.by_leg.get(leg)
        if person is None:
            return
        target = ToAgent(self.colleague(person))
        self.tell(Consult(person.id, target), f"consult:{leg}")
        self.timeline.after(person.dice.exponential(30 * SECOND), self.go_on, leg)

    def go_on(self, leg: LegId) -> None:
        person = self.by_leg.get(leg)
        if person is None:
            return
        match person.dice.below(4):
            case 0:
                self.tell(CompleteTransfer(person.id), f"complete:{leg}")
            case 1:
                self.tell(Merge(person.id), f"merge:{leg}")
            case 2:
                self.tell(Toggle(person.id), f"toggle:{leg}")
            case _:
                self.hang_up(leg)

    def transfer(self, leg: LegId) -> None:
        person = self.by_leg.get(leg)
        if person is not None:
            target = ToAgent(self.colleague(person))
            self.tell(Transfer(person.id, target), f"transfer:{leg}")

    def fall_silent(self, about: tuple[LegId, int]) -> None:
        """Media's notice for a leg whose BYE was lost, until it's done with the leg."""
        leg, times = about
        if leg not in self.sending:
            return
        self.tell(LegSilent(leg), f"silent:{leg}:{times}")
        if times < MOST_SILENT:
            self.timeline.timer(SILENCE_US, self.fall_silent, (leg, times + 1))

    def hung_up_on(self, leg: LegId) -> None:
        self.sending.discard(leg)
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

    def sees_ready(self, event: AgentReady) -> None:
        self.people[event.agent].state = "ready"

    def sees_away(self, event: AgentAway) -> None:
        person = self.people[event.agent]
        person.state = "away"
        if event.reason in ("no_answer", "declined", "unreachable"):
            self.timeline.after(self.scenario.behaviour.returns_after_us, self.come_back, person)

    def sees_signed_in(self, event: AgentSignedIn) -> None:
        self.people[event.agent].state = "away"

    def sees_signed_out(self, event: AgentSignedOut) -> None:
        self.people[event.agent].state = "out"

    def sees_wrap_up(self, event: WrapUpStarted) -> None:
        person = self.people[event.agent]
        person.state = "wrapping"
        handling = self.handling(person.label)
        self.timeline.after(person.dice.exponential(handling.wrap_up_us), self.finish, person)

    def come_back(self, person: Person) -> None:
        if person.state == "away":
            self.tell(GoReady(person.id), f"back:{person.id}:{self.timeline.now}")

    def finish(self, person: Person) -> None:
        if person.state == "wrapping":
            code = person.dice.pick(self.scenario.behaviour.codes)
            self.tell(WrapUp(person.id, code), f"wrap:{person.id}:{self.timeline.now}")
