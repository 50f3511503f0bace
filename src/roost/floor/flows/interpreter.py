"""The flow language's meaning: from a step to the next wait, as a pure function.

Steps that wait for nothing (branches, variables, `answer`) are passed at once; the walk stops at
the first that waits, or at the flow's end. What it asks of the other areas are its acts, in
order. A walk of more than MOST_STEPS steps is a loop: the contact is rescued.
"""

from msgspec import Struct
from msgspec.structs import replace

from roost.floor import definition as d
from roost.floor.affected import InForce, ModeKind
from roost.floor.effects import AskWeb
from roost.floor.flows import in_modes
from roost.floor.flows import messages as m
from roost.floor.flows.model import GRACE_US, MOST_STEPS, PLAY_LEASE_US, Flows, Run
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import CollectId, ModeId, PlayId, PromptId, QueueId, owner_of
from roost.kernel.time import DurationUs, InstantUs


class Loop(Exception):
    """The flow goes round without ever waiting."""


class Walk(Struct):
    """What one walk has come to. `step` is empty when the flow is over."""

    state: Flows
    run: Run
    flow: d.Flow
    at: InstantUs
    acts: list[m.Act]
    variables: dict[str, str]
    step: str = ""
    attempt: int = 1
    lease_us: DurationUs = DurationUs(0)
    web: AskWeb | None = None
    offer: d.CallbackOffer | None = None  # of the wait that it has come to
    speaks: int = 0
    answered: bool = False
    announced: tuple[ModeId, ...] = ()
    shut: tuple[str, ...] = ()  # steps that a mode has led away from
    announce: d.Announce | None = None

    def value(self, variable: str) -> str:
        value = self.variables.get(variable)
        return self.run.variables.get(variable, "") if value is None else value

    def answer(self) -> None:
        if not (self.run.answered or self.answered):
            self.answered = True
            self.acts.append(m.AnswerNow())

    def play(self) -> PlayId:
        self.speaks += 1
        return PlayId(f"{self.run.contact}/p{self.run.plays + self.speaks}")

    def speak(self, prompts: tuple[PromptId, ...], repeat: bool = False, first: int = 0) -> None:
        self.acts.append(m.SpeakNow(self.play(), prompts, repeat, first))

    def modes(self, queue: QueueId | None) -> list[InForce]:
        return in_modes.affecting(self.state.modes, self.run, self.variables, queue)

    def unheard(self, modes: list[InForce]) -> tuple[PromptId, ...]:
        """What the caller is to be told, and will have been."""
        prompts, told = in_modes.unheard(self.state, self.run, modes, self.announced)
        self.announced += told
        return prompts

    def end(self, blame: Blame, reason: Reason) -> None:
        self.step = ""
        self.acts.append(m.EndNow(blame, reason))


def walk(
    state: Flows, flow: d.Flow, run: Run, at: InstantUs, name: str, variables: dict[str, str]
) -> Walk:
    """From the step `name` on to the next wait, or to the end. Raises Loop."""
    going = Walk(state, run, flow, at, [], variables)
    steps = flow.steps
    for _ in range(MOST_STEPS):
        if not name:
            going.end(Blame.CLIENT, Reason.VOICEMAIL_TAKEN if run.message else Reason.FLOW_ENDED)
            return going
        going.step = name
        step = steps[name]
        then = _enter(going, step)
        if then is None:
            return going
        name = then
    raise Loop(flow.id)


def _enter(going: Walk, step: d.Step) -> str | None:
    """The next step's name, or None where the walk waits or ends."""
    match step:
        case d.Answer():
            going.answer()
            return step.then
        case d.Enqueue():
            return _enter_queue(going, step)
        case d.ByMode():
            return _by_mode(going, step)
        case d.Say():
            if not step.prompts:
                return step.then
            going.speak(step.prompts)
            going.lease_us = PLAY_LEASE_US
            return None
        case d.Menu() | d.Collect():
            ask(going, step, (), 1)
            return None
        case d.ByHours():
            return step.open if step.hours.open_at(going.at) else step.closed
        case d.ByVariable():
            return step.cases.get(going.value(step.variable), step.otherwise)
        case d.ByCaller():
            for tag, then in step.cases:
                if tag in going.run.tags:
                    return then
            return step.otherwise
        case d.SetVariables():
            going.variables.update(step.values)
            return step.then
        case d.AskWebStep():
            ask_web(going, step)
            return None
        case d.TakeVoicemail():
            take_voicemail(going, step)
            return None
        case d.HangUp():
            if step.closed:
                going.end(Blame.CLIENT, Reason.CLOSED)
            else:
                said = Reason.VOICEMAIL_TAKEN if going.run.message else Reason.FLOW_ENDED
                going.end(Blame.CLIENT, said)
            return None


def _by_mode(going: Walk, step: d.ByMode) -> str | None:
    """The announcement first, to its end; then this step is entered once more."""
    modes = going.modes(step.queue)
    if _told(going, modes) or not modes:
        return None if modes else step.otherwise
    return step.cases.get(modes[0].kind, step.otherwise)


def _told(going: Walk, modes: list[InForce]) -> bool:
    """Whether there's something to be heard first."""
    prompts = going.unheard(modes)
    if prompts:
        going.speak(prompts)
        going.lease_us = PLAY_LEASE_US
    return bool(prompts)


def _enter_queue(going: Walk, step: d.Enqueue) -> str | None:
    """Into the queue, or where a mode leads instead."""
    modes = going.modes(step.queue)
    mode = in_modes.leads_on(modes, step)
    if mode is None:
        enqueue(going, step, first=going.unheard(modes))
        return None
    if mode.to is not None and in_modes.shuts(going.modes(mode.to)) is None:
        enqueue(going, step, first=going.unheard(modes), queue=mode.to)
        return None
    if _told(going, modes):
        return None
    target = step.modes.get(mode.kind, step.otherwise)
    if not target or going.step in going.shut:
        ours = mode.kind is ModeKind.EMERGENCY
        going.end(Blame.US if ours else Blame.CLIENT, Reason.CLOSED)
        return None
    going.shut = (*going.shut, going.step)
    return target


def enqueue(
    going: Walk,
    step: d.Enqueue,
    music: bool = True,
    first: tuple[PromptId, ...] = (),
    queue: QueueId | None = None,
) -> None:
    """Wait in the step's queue, or in another one that takes its place; `first` is heard once."""
    if music and step.waiting:
        going.speak(first + step.waiting, repeat=True, first=len(first))
    going.announce = step.announce
    voicemail = leads_to_voicemail(going.flow, step.otherwise)
    asked = d.Asked(step.skills, step.prefer, step.priority)
    into = m.QueueNow(
        queue or step.queue,
        asked,
        step.most_us,
        voicemail,
        step.agent,
        step.hold_us,
        step.alone,
        step.overflow,
    )
    if going.run.moved:  # out of another queue, by a mode
        into = replace(into, since=going.run.since, before=going.run.queue)
    going.acts.append(into)
    going.offer = step.callback


def music_resumed(state: Flows, run: Run, passed: str) -> m.MusicResumed:
    """What's heard by those who wait, after what they haven't been told yet."""
    version, music = state.versions.get(run.flow), state.safe[run.client].music
    step = version.flow.steps.get(run.step) if version else None
    if isinstance(step, d.Enqueue):
        music = step.waiting
    modes = in_modes.affecting(state.modes, run, {}, run.queue)
    prompts, told = in_modes.unheard(state, run, modes)
    return m.MusicResumed(
        owner=owner_of(run.client),
        contact=run.contact,
        play=PlayId(f"{run.contact}/p{run.plays + 1}"),
        prompts=prompts + music,
        passed=passed,
        first=len(prompts),
        announced=told,
    )


def leads_to_voicemail(flow: d.Flow, name: str) -> bool:
    """Whether there's nothing but words between a step and a voicemail."""
    for _ in range(MOST_STEPS):
        match flow.steps.get(name):
            case d.TakeVoicemail():
                return True
            case d.Say(then=then) | d.Answer(then=then) | d.SetVariables(then=then):
                name = then
            case _:
                return False
    return False


def ask(going: Walk, step: d.Menu | d.Collect, before: tuple[PromptId, ...], attempt: int) -> None:
    """The prompts (after a word on what was wrong), and the clock for the answer."""
    going.attempt = attempt
    prompts = before + step.prompts
    if prompts:
        going.speak(prompts)
    collect = CollectId(f"{going.run.contact}/d{going.run.collections + 1}")
    if isinstance(step, d.Menu):
        going.acts.append(m.ListenNow(collect, 1, "", step.first_us, step.first_us, mask=False))
        going.lease_us = DurationUs(PLAY_LEASE_US + step.first_us)
    else:
        going.acts.append(
            m.ListenNow(
                collect, step.most, step.terminators, step.first_us, step.next_us, step.mask
            )
        )
        going.lease_us = DurationUs(PLAY_LEASE_US + step.first_us + step.most * step.next_us)


def ask_web(going: Walk, step: d.AskWebStep) -> None:
    going.web = AskWeb(
        contact=going.run.contact,
        client=going.run.client,
        request=f"{going.run.contact}/w{going.run.requests + 1}",
        url=step.url,
        method=step.method,
        send={name: going.value(name) for name in step.send},
        choices=step.choices,
        texts=step.texts,
        deadline_us=step.deadline_us,
        idempotent=step.idempotent,
    )
    going.lease_us = DurationUs(step.deadline_us + GRACE_US)


def take_voicemail(going: Walk, step: d.TakeVoicemail) -> None:
    """A message is taken of a call that's answered: it may be charged for."""
    going.answer()
    if step.prompts:
        going.speak(step.prompts)
        going.lease_us = PLAY_LEASE_US
    else:
        record(going, step)


def record(going: Walk, step: d.TakeVoicemail) -> None:
    going.acts.append(m.TakeMessageNow(step.most_us))
    going.lease_us = DurationUs(step.most_us + GRACE_US)
