"""Virtual agents: signed in, with a registered phone; they answer, talk, and write up."""

from roost.floor.agents.messages import (
    AgentAway,
    AgentReady,
    AgentSignedIn,
    AgentSignedOut,
    AgentWorks,
    CompleteTransfer,
    Consult,
    GoAway,
    GoReady,
    Merge,
    PhoneLapsed,
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
from roost.simulator.at_tasks import AtTasks
from roost.simulator.callers import SILENCE_US, Caller, Tell
from roost.simulator.dice import Dice, drawn, key_of
from roost.simulator.scenario import ANY, Absence, Down, Handling, Pace, Scenario, Shift, Weights
from roost.simulator.timeline import Timeline

LOOKS_US = 1 * MINUTE  # an agent looks at the own state that often
NOT_AT_WORK = ("out", "away")
MOST_SILENT = 4  # media's notices of one leg
RENEWS_US = 5 * MINUTE  # a phone registers again that often
LAPSES_US = 6 * MINUTE  # and is taken for gone that long after it didn't
NO_CODES: Weights = (("other", 1),)
USUAL = Pace()


def _begin(shift: Shift) -> int:
    return shift.from_us


class Person:
    """An agent's own view: `state` as the desk shows it, `leg` the call on the phone. `shifts`
    are what's left of their work, the present one first; `away_until` the end of an absence;
    `down` while their site has no power; `answered` when the phone was picked up, `done` when
    what's being written up will be."""

    __slots__ = (
        "answered", "away_until", "codes", "dice", "done", "down", "handled", "id", "label", "leg",
        "pace", "renews", "shifts", "state", "up", "wrap_up_us",
    )  # fmt: skip

    def __init__(self, agent: AgentId, shifts: list[Shift], pace: Pace, dice: Dice) -> None:
        self.id = agent
        self.shifts = shifts
        self.pace = pace
        self.dice = dice
        self.label = ""  # what the call was about
        self.codes = NO_CODES  # what may be given for it
        self.wrap_up_us = -1  # how long it will be written up; -1: nobody knows
        self.handled = 0
        self.leg: LegId | None = None
        self.up = False
        self.down = False
        self.state = "out"
        self.renews = 0  # when the phone registers again
        self.away_until = 0
        self.answered = 0
        self.done = 0


class People:
    """All agents of a run, and their phones."""

    def __init__(self, scenario: Scenario, seed: int, timeline: Timeline, tell: Tell) -> None:
        self.scenario = scenario
        self.timeline = timeline
        self.tell = tell
        shifts: dict[AgentId, list[Shift]] = {}
        for shift in scenario.shifts:
            shifts.setdefault(shift.agent, []).append(shift)
        paces = dict(scenario.behaviour.paces)
        self.people = {
            agent: Person(agent, sorted(own, key=_begin), paces.get(agent, USUAL),
                          Dice(seed, key_of("agent", agent)))
            for agent, own in shifts.items()
        }  # fmt: skip
        self.by_leg: dict[LegId, Person] = {}
        self.sending: set[LegId] = set()  # legs of which media has heard, and isn't done with
        self.mute: set[LegId] = set()  # legs of phones that lost their power: nobody answers
        self.by_name = dict(scenario.behaviour.handling)
        self.tasks = AtTasks(scenario, seed, timeline, tell)
        self.usual = self.by_name.get(ANY) or scenario.behaviour.handling[0][1]

    def handling(self, queue: str, label: str) -> Handling:
        """How long it takes, by the queue that it came through and what it's about."""
        return self.by_name.get(queue) or self.by_name.get(label) or self.usual

    def begin(self) -> None:
        for absence in self.scenario.absences:
            self.timeline.after(absence.from_us, self.leave, absence)
        for place, person in enumerate(self.people.values()):
            self.next_shift(person, place * 10_000)
        for down in self.scenario.faults.down:
            self.timeline.after(down.from_us, self.go_down, down)

    def next_shift(self, person: Person, later: int = 0) -> None:
        """Come to work when the next shift begins, unless nobody turns up."""
        passed = self.timeline.now - self.scenario.start
        while person.shifts and person.dice.chance(self.scenario.behaviour.no_shows):
            person.shifts.pop(0)
        if person.shifts:
            wait = max(0, person.shifts[0].from_us - passed) + later
            self.timeline.after(wait, self.look, person)

    def look(self, person: Person) -> None:
        """Where am I? And is the shift over?"""
        now = self.timeline.now
        if now - self.scenario.start >= person.shifts[0].until_us:
            self.go_home(person, f"{person.id}:{now}")
            return
        if not person.down:
            if person.state in NOT_AT_WORK or now >= person.renews:
                self.begin_work(person, f"{person.id}:{now}")
            if person.state == "wrapping" and now > person.done:
                self.finish(person)  # again: the first time it was lost on its way
        self.timeline.timer(LOOKS_US, self.look, person)

    def begin_work(self, person: Person, key: str) -> None:
        """Sign in, register the phone (again), come back from a missed ring."""
        if person.state == "out":
            self.tell(SignIn(person.id), f"in:{key}")
        person.renews = self.timeline.now + RENEWS_US
        self.tell(PhoneRegistered(person.id), f"phone:{key}")
        if person.state in NOT_AT_WORK and not person.leg and not self.absent(person):
            self.tell(GoReady(person.id), f"ready:{key}")

    def absent(self, person: Person) -> bool:
        return self.timeline.now < person.away_until

    def go_home(self, person: Person, key: str) -> None:
        """The shift is over: away after this contact, then signed out."""
        if person.state == "out":
            person.shifts.pop(0)
            self.next_shift(person)
            return
        if person.state != "wrapping":
            self.tell(GoAway(person.id, "shift-over"), f"away:{key}")
        elif self.timeline.now > person.done:
            self.finish(person)
        self.tell(SignOut(person.id), f"out:{key}")
        self.timeline.timer(LOOKS_US, self.look, person)

    def leave(self, absence: Absence) -> None:
        """A break, a meeting: after the contact in hand, until it's over. Who hasn't come yet
        isn't ready before it's over."""
        person, now = self.people.get(absence.agent), self.timeline.now
        if person is None:
            return
        person.away_until = max(person.away_until, self.scenario.start + absence.until_us)
        if person.state != "out":
            self.tell(GoAway(person.id, absence.reason), f"leave:{person.id}:{now}")
        self.timeline.after(absence.until_us - absence.from_us, self.come_back, person)

    def go_down(self, down: Down) -> None:
        """No power: what was on the line falls silent, no phone rings, nobody says so."""
        for person in self.of(down):
            person.down = True
            leg, person.leg = person.leg, None
            if leg is not None:
                self.by_leg.pop(leg, None)
                self.mute.add(leg)
                self.timeline.timer(SILENCE_US, self.fall_silent, (leg, 1))
            self.timeline.timer(LAPSES_US, self.lapse, person)
        self.timeline.after(down.length_us, self.back_up, down)

    def lapse(self, person: Person) -> None:
        """The phone's registration has run out."""
        if person.down:
            self.tell(PhoneLapsed(person.id), f"lapsed:{person.id}:{self.timeline.now}")

    def back_up(self, down: Down) -> None:
        for person in self.of(down):
            person.down = False
            person.renews = 0

    def of(self, down: Down) -> list[Person]:
        return [self.people[agent] for agent in down.agents if agent in self.people]

    def rings(self, effect: DialAgent, caller: Caller | None = None) -> None:
        """The phone rings (an INVITE that came twice rings once). How it's taken is the contact's
        luck, whoever's phone it is: so two runs that differ in one thing stay alike."""
        person = self.people.get(effect.agent)
        if person is None or effect.leg in self.by_leg or person.down:
            return
        if person.leg is not None:
            self.tell(LegFailed(effect.leg, Blame.AGENT, Reason.BUSY, 486), f"busy:{effect.leg}")
            return
        person.leg, person.up = effect.leg, False
        self.by_leg[effect.leg] = person
        self.tell(LegRang(effect.leg), f"180:{effect.leg}")
        how, dice = self.scenario.behaviour, (caller or person).dice
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
            person.answered = self.timeline.now
            self.sending.add(leg)
            self.tell(LegAnswered(leg), f"200:{leg}")

    def takes(self, leg: LegId, caller: Caller) -> int:
        """The caller's matter is this person's from now on: how long the talk will be."""
        person, luck, known = self.by_leg[leg], caller.luck, caller.known
        person.label, person.codes = caller.label, caller.codes
        handling = self.handling(caller.queue, caller.label)
        pace = person.pace.after(person.handled)
        person.handled += 1
        caller.talks += 1
        first = caller.talks == 1
        talk_bits, wrap_up_bits = luck[1:] if first else (caller.dice.bits(), caller.dice.bits())
        person.wrap_up_us = drawn(handling.wrap_up, wrap_up_bits) * pace // 1000
        length = drawn(handling.talk, talk_bits) * pace // 1000
        if caller.helper == person.id and (how := self.scenario.behaviour.returning) is not None:
            length -= length * how.shorter // 1000
        caller.helper = person.id
        length += self.scenario.behaviour.least_talk_us
        if known is not None and first:
            if known.wrap_up_us >= 0:
                person.wrap_up_us = known.wrap_up_us
            if known.talk_us >= 0:
                heard = self.timeline.now - person.answered  # a whisper is part of the talk
                return max(0, known.talk_us - heard)
        return length

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
        self.mute.discard(leg)
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
        elif leg not in self.mute:
            self.tell(LegClosed(leg, Blame.NETWORK, Reason.MEDIA_SILENT), f"481:{leg}")

    def sees_ready(self, event: AgentReady) -> None:
        self.people[event.agent].state = "ready"

    def sees_working(self, event: AgentWorks) -> None:
        self.people[event.agent].state = "ready"
        self.tasks.back(event)

    def sees_away(self, event: AgentAway) -> None:
        person = self.people[event.agent]
        person.state = "away"
        self.tasks.put_aside(event)
        if event.reason in ("no_answer", "declined", "unreachable"):
            self.timeline.after(self.scenario.behaviour.returns_after_us, self.come_back, person)

    def sees_signed_in(self, event: AgentSignedIn) -> None:
        self.people[event.agent].state = "away"

    def sees_signed_out(self, event: AgentSignedOut) -> None:
        self.people[event.agent].state = "out"
        self.tasks.put_aside(event)

    def sees_wrap_up(self, event: WrapUpStarted) -> None:
        person = self.people[event.agent]
        person.state = "wrapping"
        length, person.wrap_up_us = person.wrap_up_us, -1
        if length < 0:  # nobody was heard: a colleague's advice, a watcher's
            length = drawn(self.handling("", person.label).wrap_up, person.dice.bits())
        person.done = self.timeline.now + length + self.scenario.behaviour.network_us
        self.timeline.after(length, self.finish, person)

    def come_back(self, person: Person) -> None:
        if person.state == "away" and not person.down and not self.absent(person):
            self.tell(GoReady(person.id), f"back:{person.id}:{self.timeline.now}")

    def finish(self, person: Person) -> None:
        if person.state == "wrapping" and not person.down:
            code = person.dice.pick(person.codes)
            self.tell(WrapUp(person.id, code), f"wrap:{person.id}:{self.timeline.now}")
