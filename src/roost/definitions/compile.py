"""Checked definitions compiled to plain data: the floor's, and the office's contracts."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from roost.definitions import announcements, times
from roost.definitions.alert_documents import AlertDocument
from roost.definitions.contracts import compile_contracts
from roost.definitions.documents import (
    AgentDocument,
    Calendar,
    CallingOut,
    Centre,
    ClientDocument,
    OwnNumberDocument,
    QueueDocument,
)
from roost.definitions.flow_documents import (
    CallbackDocument,
    CallFirst,
    FlowDocument,
    HangUpHow,
    ModeStep,
    StepDocument,
)
from roost.definitions.load import ClientFolder, Loaded
from roost.definitions.needs import WAITING_MUSIC, prompt
from roost.definitions.prompt_documents import (
    Prompts,
)
from roost.definitions.routing_documents import (
    AnnounceDocument,
    OwnOtherwise,
    TeamDocument,
    shared,
)
from roost.definitions.steps import END, label_of, listed, next_of
from roost.floor import definition as floor
from roost.floor.affected import ModeKind
from roost.floor.alert_rules import AlertRule
from roost.kernel.ids import (
    AgentId,
    ClientId,
    Digest,
    EntryId,
    FlowId,
    PromptId,
    QueueId,
    SkillId,
)
from roost.kernel.prompts import built_in
from roost.kernel.time import MINUTE, DurationUs, Hours
from roost.office.contracts.model import Contract
from roost.office.service_terms.targets import earns, targets

To = Callable[[str | UnsetType], str]

OWN_MESSAGE_US: Final = DurationUs(2 * MINUTE)  # the longest on an agent's own number
BEEP: Final = built_in("beep")  # from here on the caller is recorded


def compile_floor(loaded: Loaded, voice: str) -> floor.Floor:
    """What the cell is configured by. `voice` (`Speech.voice`) goes into the prompts' ids, so a
    flow's version changes with the voice that speaks it."""
    centre = loaded.centre.document
    made = [_Client(centre, folder, voice) for folder in loaded.clients.values()]
    contracts = {contract.client: contract for contract in compile_contracts(loaded)}
    queues = tuple(
        _worth(queue, contracts.get(queue.client)) for client in made for queue in client.queues()
    )
    without_version = floor.Floor(
        version=Digest(""),
        clients=tuple(client.client() for client in made),
        numbers=tuple(number for client in made for number in client.numbers()),
        flows=tuple(flow for client in made for flow in client.flows()),
        queues=queues,
        agents=tuple(
            _agent(user, agent, queues, centre)
            for user, agent in loaded.agents.document.agents.items()
        ),
        away_reasons=tuple(centre.away_reasons),
        away_limits={
            reason: times.length(limit) for reason, limit in sorted(centre.away_limits.items())
        },
        alerts=_alerts(loaded),
        order=centre.order.value,
        targets=tuple(
            target
            for contract in contracts.values()
            for target in targets(contract, [q.id for q in queues if q.client == contract.client])
        ),
    )
    return msgspec.structs.replace(without_version, version=_digest(without_version))


def _worth(queue: floor.Queue, contract: Contract | None) -> floor.Queue:
    """With what an answered contact earns."""
    if contract is None:
        return queue
    return msgspec.structs.replace(queue, earns=earns(contract, queue.id))


def _alerts(loaded: Loaded) -> tuple[AlertRule, ...]:
    """The centre's rules by their name, the clients' as CLIENT/NAME."""
    made = [
        _alert(name, alert, None, None, alert.team)
        for name, alert in loaded.centre.document.alerts.items()
    ]
    for client, folder in loaded.clients.items():
        for name, alert in folder.client.document.alerts.items():
            queue = QueueId(f"{client}/{alert.queue}") if alert.queue else None
            made.append(_alert(f"{client}/{name}", alert, ClientId(client), queue, ""))
    return tuple(made)


def _alert(
    id: str, alert: AlertDocument, client: ClientId | None, queue: QueueId | None, team: str
) -> AlertRule:
    above = alert.above is not UNSET
    threshold = alert.above if alert.above is not UNSET else alert.below
    assert threshold is not UNSET, "checked"
    return AlertRule(
        id=id,
        measure=alert.measure,
        threshold=threshold,
        clears_at=threshold if alert.clears_at is UNSET else alert.clears_at,
        above=above,
        for_us=times.length(alert.after),
        to=tuple(one.value for one in alert.to),
        what_to_do=alert.what_to_do,
        client=client,
        queue=queue,
        team=team,
    )


def _digest(value: object) -> Digest:
    encoded = msgspec.json.encode(value, order="deterministic")
    return Digest(hashlib.sha256(encoded).hexdigest())


def _skills(levels: Mapping[str, int]) -> tuple[floor.Skill, ...]:
    return tuple(floor.Skill(SkillId(name), level) for name, level in sorted(levels.items()))


def _agent(
    user: str, agent: AgentDocument, queues: tuple[floor.Queue, ...], centre: Centre
) -> floor.Agent:
    """Who may serve a queue in a later ring is ready for its client as well."""
    skills = _skills(agent.skills)
    serves = {queue.client for queue in queues if floor.may_serve(skills, agent.team, queue)}
    team = centre.teams.get(agent.team)
    rules = team if isinstance(team, TeamDocument) else None
    busy = rules.most_busy_percent if rules else UNSET
    return floor.Agent(
        id=AgentId(user),
        skills=skills,
        team=agent.team,
        clients=tuple(sorted(serves)),
        rest_us=times.length(rules.rest) if rules else DurationUs(0),
        most_busy=0 if busy is UNSET else busy * 10,
        capacity=_capacity(rules) if rules else (),
    )


def _capacity(rules: TeamDocument) -> tuple[floor.Share, ...]:
    return tuple(
        floor.Share(channel.value, *shared(share))
        for channel, share in sorted(rules.capacity.items())
    )


def _routed(queue: QueueDocument) -> floor.RoutedTasks | None:
    tasks = queue.tasks
    if tasks is UNSET or not tasks.routed:
        return None
    return floor.RoutedTasks(tasks.priority, times.length(tasks.offer), tasks.interruptible)


class _Client:
    """Compiles one client's folder."""

    def __init__(self, centre: Centre, folder: ClientFolder, voice: str) -> None:
        self.id = ClientId(folder.name)
        self.centre = centre
        self.folder = folder
        self.document: ClientDocument = folder.client.document
        self.voice = voice
        own = self.document.zone
        self.zone = centre.zone if own is UNSET else own

    def _prompts(self, prompts: Prompts | UnsetType, language: str) -> tuple[PromptId, ...]:
        recordings = self.folder.recordings
        return tuple(prompt(one, language, self.voice, recordings).id for one in listed(prompts))

    def client(self) -> floor.Client:
        allowed = self.document.calling_out
        return floor.Client(
            id=self.id,
            default_queue=QueueId(f"{self.id}/{self.document.default_queue}"),
            sorry=self._prompts(self.document.sorry, self.document.language),
            hold_music=self._prompts(self.document.hold, self.document.language)
            or (WAITING_MUSIC,),
            record=self.document.record,
            wrap_up_codes=tuple(code.code for code in self.document.wrap_up_codes),
            directory=self._directory(),
            pause_us=times.length(self.document.recording_pause),
            calling_out=tuple(allowed) if isinstance(allowed, list) else (),
            announcements={
                name: self._prompts(said, self.document.language)
                for name, said in self.document.announcements.items()
            },
            lists=tuple(self.document.callers),
        )

    def _directory(self) -> tuple[floor.Entry, ...]:
        if self.document.calling_out is CallingOut.NONE:
            return ()
        return tuple(
            floor.Entry(EntryId(name), entry.number)
            for name, entry in self.document.directory.items()
        )

    def numbers(self) -> list[floor.Number]:
        made = [
            floor.Number(number, self.id, FlowId(f"{self.id}/{flow}"))
            for number, flow in self.document.numbers.items()
        ]
        made += [
            floor.Number(number, self.id, self._own_flow(number))
            for number in self.document.own_numbers
        ]
        return made

    def _own_flow(self, number: str) -> FlowId:
        """The flow of an agent's own number: no file's name has a colon."""
        return FlowId(f"{self.id}/own:{number}")

    def queues(self) -> list[floor.Queue]:
        return [self._queue(name, queue) for name, queue in self.document.queues.items()]

    def _queue(self, name: str, queue: QueueDocument) -> floor.Queue:
        return floor.Queue(
            id=QueueId(f"{self.id}/{name}"),
            client=self.id,
            skills=_skills(queue.skills),
            priority=queue.priority,
            ring_us=times.length(queue.ring),
            wrap_up_us=times.length(queue.wrap_up),
            code_required=queue.code_required,
            most_waiting=queue.most_waiting,
            target_us=times.length(queue.service_level.within),
            short_us=times.length(queue.service_level.short),
            call_back_abandoned=queue.call_back_abandoned,
            whisper=self._prompts(queue.whisper, self.document.language),
            teams=tuple(sorted(queue.teams)),
            prefer=_skills(queue.prefer),
            agents=queue.agents.value,
            rings=tuple(
                floor.Ring(
                    times.length(ring.after),
                    _skills(queue.skills if ring.skills is UNSET else ring.skills),
                    tuple(sorted(ring.teams)),
                )
                for ring in queue.rings
            ),
            boost_us=DurationUs(0) if queue.boost is UNSET else times.length(queue.boost.every),
            boost_most=0 if queue.boost is UNSET else queue.boost.most,
            tasks=_routed(queue),
            sticky=None
            if queue.sticky is UNSET
            else floor.Sticky(
                within_us=times.length(queue.sticky.within),
                hold_us=times.length(queue.sticky.hold),
                least_us=times.length(queue.sticky.least),
            ),
        )

    def flows(self) -> list[floor.Flow]:
        made: list[floor.Flow] = []
        for name, source in self.folder.flows.items():
            flow = source.document
            language = self.document.language if flow.language is UNSET else flow.language
            bare = floor.Flow(
                id=FlowId(f"{self.id}/{name}"),
                client=self.id,
                version=Digest(""),
                start=next(iter(flow.steps)),
                steps={step: self._step(flow, step, language) for step in flow.steps},
            )
            made.append(bare)
        made += [self._own(number, own) for number, own in self.document.own_numbers.items()]
        return [msgspec.structs.replace(bare, version=_digest(bare)) for bare in made]

    def _own(self, number: str, own: OwnNumberDocument) -> floor.Flow:
        """The caller waits for the agent; then for anybody, or leaves a message. Who waits for the
        agent alone is answered by them, or by the voicemail; a queue has music, which networks
        don't pass on for long unless the call is answered."""
        language, alone = self.document.language, own.otherwise is OwnOtherwise.VOICEMAIL
        hold_us = times.length(own.hold)
        steps: dict[str, floor.Step] = {
            "wait": floor.Enqueue(
                queue=QueueId(f"{self.id}/{own.queue}"),
                priority=0,
                skills=(),
                waiting=self._prompts(own.waiting, language) or (WAITING_MUSIC,),
                most_us=hold_us if alone else times.length(own.most),
                otherwise="" if own.say is UNSET else "message",
                agent=AgentId(own.agent),
                hold_us=hold_us,
                alone=alone,
            )
        }
        if own.say is not UNSET:
            words = (*self._prompts(own.say, language), BEEP)
            steps["message"] = floor.TakeVoicemail(words, OWN_MESSAGE_US, "")
        if not alone:
            steps["answer"] = floor.Answer("wait")
        start = "wait" if alone else "answer"
        return floor.Flow(self._own_flow(number), self.id, Digest(""), start, steps)

    def _hours(self, name: str) -> Hours:
        own: Calendar | None = self.document.calendars.get(name)
        calendar = own or self.centre.calendars[name]
        around = self.zone if own else self.centre.zone
        return times.hours(calendar, around if calendar.zone is UNSET else calendar.zone)

    def _step(self, flow: FlowDocument, name: str, language: str) -> floor.Step:
        step = flow.steps[name]

        def to(target: str | UnsetType) -> str:
            chosen = next_of(flow, name) if target is UNSET else target
            return "" if chosen == END else chosen

        then = to(step.then)
        if step.answer is not UNSET:
            return floor.Answer(then)
        if step.say is not UNSET:
            return floor.Say(self._prompts(step.say, language), then)
        if step.hours is not UNSET:
            hours = self._hours(step.hours.calendar)
            return floor.ByHours(hours, to(step.hours.open), to(step.hours.closed))
        if step.variable is not UNSET:
            cases = {value: to(target) for value, target in step.variable.cases.items()}
            return floor.ByVariable(step.variable.name, cases, to(step.variable.otherwise))
        if step.caller is not UNSET:
            lists = tuple((tag, to(target)) for tag, target in step.caller.lists.items())
            return floor.ByCaller(lists, to(step.caller.otherwise))
        if step.mode is not UNSET:
            return self._mode(step.mode, to)
        if step.set is not UNSET:
            return floor.SetVariables(dict(step.set), then)
        if step.ask is not UNSET:
            return self._ask(step, then, to(step.ask.otherwise))
        if step.hang_up is not UNSET:
            return floor.HangUp(closed=step.hang_up is HangUpHow.CLOSED)
        return self._hearing_step(step, then, language, to)

    def _mode(self, step: ModeStep, to: To) -> floor.ByMode:
        ways = {
            ModeKind.SURGE: step.surge,
            ModeKind.CLOSED: step.closed,
            ModeKind.EMERGENCY: step.emergency,
        }
        cases = {kind.value: to(target) for kind, target in ways.items() if target is not UNSET}
        queue = None if step.queue is UNSET else QueueId(f"{self.id}/{step.queue}")
        return floor.ByMode(cases, to(step.otherwise), queue)

    def _ask(self, step: StepDocument, then: str, otherwise: str) -> floor.AskWebStep:
        ask = step.ask
        assert ask is not UNSET
        return floor.AskWebStep(
            url=ask.url,
            method=ask.method,
            send=tuple(ask.send),
            choices={name: tuple(values) for name, values in ask.choices.items()},
            texts=tuple(ask.texts),
            deadline_us=times.length(ask.deadline),
            idempotent=ask.idempotent,
            then=then,
            otherwise=otherwise,
        )

    def _hearing_step(self, step: StepDocument, then: str, language: str, to: To) -> floor.Step:
        if step.menu is not UNSET:
            menu = step.menu
            labelled = {key: label_of(choice) for key, choice in menu.choices.items()}
            return floor.Menu(
                prompts=self._prompts(menu.say, language),
                choices={key: floor.Choice(one[0], to(one[1])) for key, one in labelled.items()},
                invalid=self._prompts(menu.invalid, language),
                silence=self._prompts(menu.silence, language),
                attempts=menu.attempts,
                first_us=times.length(menu.first),
                otherwise=to(menu.otherwise),
            )
        if step.collect is not UNSET:
            collect = step.collect
            return floor.Collect(
                prompts=self._prompts(collect.say, language),
                invalid=self._prompts(collect.invalid, language),
                variable=collect.into,
                least=collect.least,
                most=collect.most,
                terminators=collect.terminators,
                first_us=times.length(collect.first),
                next_us=times.length(collect.next),
                mask=collect.mask,
                attempts=collect.attempts,
                then=then,
                otherwise=to(collect.otherwise),
            )
        if step.queue is not UNSET:
            queue = step.queue
            return floor.Enqueue(
                queue=QueueId(f"{self.id}/{queue.to}"),
                priority=queue.priority,
                skills=_skills(queue.skills),
                waiting=self._prompts(queue.waiting, language) or (WAITING_MUSIC,),
                most_us=times.length(queue.most),
                otherwise=to(queue.otherwise),
                prefer=_skills(queue.prefer),
                modes={mode.value: to(target) for mode, target in queue.modes.items()},
                overflow=tuple(
                    floor.Overflow(
                        QueueId(f"{self.id}/{way.to}"),
                        times.length(way.after),
                        "" if way.when is UNSET else way.when.value,
                    )
                    for way in queue.overflow
                ),
                callback=self._callback(queue.callback, language),
                announce=self._announce(queue.announce, language),
            )
        assert step.voicemail is not UNSET, "a checked step has a kind"
        prompts = (*self._prompts(step.voicemail.say, language), BEEP)
        return floor.TakeVoicemail(prompts, times.length(step.voicemail.most), then)

    def _announce(
        self, announce: AnnounceDocument | UnsetType, language: str
    ) -> floor.Announce | None:
        words = None if announce is UNSET else announcements.words_of(language)
        if announce is UNSET or words is None:
            return None
        places = list(announcements.places(words)) if announce.position else []
        waits = list(announcements.waits(words)) if announce.wait else []
        said = self._prompts([*places, *waits], language)
        lengths = [DurationUs(minutes * MINUTE) for minutes in announcements.MINUTES]
        return floor.Announce(
            first_us=times.length(announce.first),
            every_us=times.length(announce.every),
            positions=said[: len(places)],
            waits=tuple(map(floor.SaidWait, lengths, said[len(places) : -1])),
            longer=said[-1] if waits else None,
        )

    def _callback(
        self, offer: CallbackDocument | UnsetType, language: str
    ) -> floor.CallbackOffer | None:
        if offer is UNSET:
            return None
        by_customer = offer.first is CallFirst.CUSTOMER
        hello = (*self._prompts(offer.hello, language), WAITING_MUSIC) if by_customer else ()
        return floor.CallbackOffer(
            after_us=times.length(offer.after),
            again_us=DurationUs(0) if offer.again is UNSET else times.length(offer.again),
            key=offer.key,
            prompts=self._prompts(offer.say, language),
            answer_us=times.length(offer.answer),
            agreed=self._prompts(offer.agreed, language),
            customer_first=by_customer,
            waiting=hello,
            tries=offer.tries,
            retry_us=times.length(offer.retry),
            within_us=times.length(offer.within),
        )
