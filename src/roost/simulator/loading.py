"""A scenario of a centre's folder (`scenarios/NAME.yaml`) as what the simulator plays."""

from datetime import datetime, timedelta

from msgspec import UNSET

from roost.definitions.arrival_files import arrivals
from roost.definitions.load import Loaded
from roost.definitions.scenario_documents import Declared as DeclaredDocument
from roost.definitions.scenario_documents import Handling as HandlingDocument
from roost.definitions.scenario_documents import Scenario as Document
from roost.definitions.scenario_documents import StreamDocument
from roost.definitions.scenario_times import rated, span_of, turns, wall
from roost.definitions.times import length, zone
from roost.floor.affected import Scope
from roost.kernel.ids import AgentId, ClientId, QueueId
from roost.kernel.time import DAY, HOUR, InstantUs, Zone
from roost.simulator.dice import Dice, key_of
from roost.simulator.scenario import (
    Behaviour,
    Burst,
    Declared,
    Down,
    Expected,
    Faults,
    Handling,
    Law,
    Pace,
    Returning,
    Scenario,
    Shape,
    Shift,
    Span,
    Stream,
    each,
)


def scenario_of(loaded: Loaded, name: str) -> Scenario:
    """The scenario `name`; raises KeyError with the names that there are."""
    if name not in loaded.scenarios:
        raise KeyError(f"no scenario {name!r}; there are: {', '.join(loaded.scenarios)}")
    return _Loading(loaded, loaded.scenarios[name].document).scenario()


def instant(local: datetime, of: Zone) -> InstantUs:
    """A local time in a zone: of two the first, and where the clock skips it, as if it hadn't."""
    return instant_of((local - datetime(1970, 1, 1)) // timedelta(microseconds=1), of)  # noqa: DTZ001


def instant_of(wall_us: int, of: Zone) -> InstantUs:
    """The same, of microseconds on the wall."""
    before, after = (
        InstantUs(wall_us - (of.local(InstantUs(near)) - near))
        for near in (wall_us - DAY, wall_us + DAY)
    )
    fits = [at for at in sorted((before, after)) if of.local(at) == wall_us]
    return fits[0] if fits else before


class _Loading:
    def __init__(self, loaded: Loaded, document: Document) -> None:
        self.loaded = loaded
        self.document = document
        self.zone = zone(loaded.centre.document.zone)
        self.begin, self.end = span_of(document)
        self.start = instant_of(self.begin, self.zone)

    def since(self, wall_us: int) -> int:
        """A time on the wall as a length since the start."""
        return instant_of(wall_us, self.zone) - self.start

    def at(self, text: str, after: int) -> int:
        return self.since(wall(text, after))

    def scenario(self) -> Scenario:
        document = self.document
        return Scenario(
            streams=tuple(self.stream(name, one) for name, one in document.streams.items()),
            shifts=self.shifts(),
            length_us=length(document.lasts),
            start=self.start,
            behaviour=self.behaviour(),
            faults=self.faults(),
            declared=tuple(self.declared(one) for one in document.trouble.declared),
        )

    def stream(self, name: str, stream: StreamDocument) -> Stream:
        return Stream(
            number=stream.number,
            name=name,
            client=stream.client,
            expected=self.expected(stream),
            exact=stream.csv is not UNSET,
            keys=tuple(stream.keys.items()),
            codes=tuple(stream.wrap_up_codes.items()) or (("other", 1),),
            lists=tuple(stream.callers),
        )

    def expected(self, stream: StreamDocument) -> tuple[Expected, ...]:
        if stream.calls:
            return each(length(stream.each), tuple(stream.calls), length(self.document.lasts))
        if stream.csv is not UNSET:
            rows, _ = arrivals(stream.csv, self.loaded.arrivals[stream.csv], self.begin)
            found = [
                Expected(self.since(one.begin), self.since(one.end), one.calls) for one in rows
            ]
        else:
            found = [
                Expected(self.since(first), self.since(last), calls, HOUR)
                for text, calls in stream.rates.items()
                for first, last in rated(self.document, text)
            ]
        found.sort(key=lambda one: one.from_us)
        return tuple(one for one in found if one.until_us > max(0, one.from_us))

    def behaviour(self) -> Behaviour:
        document = self.document
        share = document.decline_percent * 10_000
        spread = Shape(document.patience_spread.value)
        return Behaviour(
            handling=tuple(
                (key, _handling(one))
                for name, one in document.handling.items()
                for key in self.keys_of(name)
            ),
            patience=tuple(
                (key, Law(length(mean), spread))
                for name, mean in document.patience.items()
                for key in self.keys_of(name)
            ),
            paces=self.paces(),
            declines=share // 2,
            misses_ring=share - share // 2,
            no_shows=document.no_show_percent * 10_000,
            returning=self.returning(),
            task=Law(length(document.tasks.work)),
            declines_task=document.tasks.decline_percent * 10_000,
            takes_callback=document.callbacks.taken_percent * 10_000,
            callback_reached=document.callbacks.reached_percent * 10_000,
            lifts_after_us=length(document.callbacks.answer),
        )

    def returning(self) -> Returning | None:
        """Who calls again."""
        said = self.document.returning
        if said is UNSET:
            return None
        return Returning(said.percent * 10_000, Law(length(said.after)), said.shorter_percent * 10)

    def keys_of(self, name: str) -> list[str]:
        """A queue's name means this queue of each client; it may be a menu's label as well."""
        found = [
            f"{client}/{name}"
            for client, folder in self.loaded.clients.items()
            if name in folder.client.document.queues
        ]
        return [*found, name]

    def paces(self) -> tuple[tuple[AgentId, Pace], ...]:
        document = self.document
        new = {user: one for one in document.learning for user in one.agents}
        made: list[tuple[AgentId, Pace]] = []
        for user in sorted({*document.pace_percent, *new}):
            permille = document.pace_percent.get(user, 100) * 10
            learning = new.get(user)
            extra = 0 if learning is None else permille * learning.slower_percent // 100
            contacts = 0 if learning is None else learning.contacts
            made.append((AgentId(user), Pace(permille, extra, contacts)))
        return tuple(made)

    def shifts(self) -> tuple[Shift, ...]:
        """Everybody's hours, in the order of agents.yaml; who's late comes later."""
        agents = self.loaded.agents.document.agents
        order = {user: place for place, user in enumerate(agents)}
        late = self.late()
        made: list[Shift] = []
        seen: set[str] = set()
        for turn in sorted(turns(self.document, agents), key=lambda one: order[one.user]):
            begin, end = max(0, self.since(turn.begin)), self.since(turn.end)
            if turn.user not in seen:
                begin += late.get(turn.user, 0)
            seen.add(turn.user)
            if begin < end:
                made.append(Shift(AgentId(turn.user), begin, end))
        return tuple(made)

    def late(self) -> dict[str, int]:
        """By how much: some of those who work, by the luck of the same dice each time."""
        agents = self.loaded.agents.document.agents
        at_work = dict.fromkeys(turn.user for turn in turns(self.document, agents))
        found: dict[str, int] = {}
        for one in self.document.trouble.late:
            among = [user for user in at_work if one.team in (UNSET, agents[user].team)]
            among.sort(key=lambda user: Dice(0, key_of("late", user)).bits())
            found |= dict.fromkeys(among[: one.agents], int(length(one.by)))
        return found

    def declared(self, one: DeclaredDocument) -> Declared:
        queues = tuple(QueueId(f"{one.client}/{name}") for name in one.queues)
        return Declared(
            *self.lasting(one.from_, one.to),
            kind=one.mode,
            scope=Scope(ClientId(one.client), queues, tuple(one.callers)),
            announcement="" if one.announcement is UNSET else one.announcement,
            to=None if one.waits_in is UNSET else QueueId(f"{one.client}/{one.waits_in}"),
            satisfied=one.satisfied_percent * 10_000,
        )

    def faults(self) -> Faults:
        trouble = self.document.trouble
        agents = self.loaded.agents.document.agents
        return Faults(
            outages=tuple(Span(*self.lasting(one.from_, one.to)) for one in trouble.trunk_lost),
            bursts=tuple(
                Burst(
                    *self.lasting(one.from_, one.to),
                    percent=one.percent,
                    stream="" if one.stream is UNSET else one.stream,
                    excused=one.excused,
                )
                for one in trouble.surges
            ),
            down=tuple(
                Down(
                    *self.lasting(one.from_, one.to),
                    agents=tuple(
                        AgentId(user) for user, agent in agents.items() if agent.team == one.team
                    ),
                )
                for one in trouble.teams_down
            ),
        )

    def lasting(self, since: str, until: str) -> tuple[int, int]:
        first = wall(since, self.begin)
        begin = self.since(first)
        return begin, self.at(until, first) - begin


def _handling(document: HandlingDocument) -> Handling:
    return Handling(
        Law(length(document.talk), Shape(document.talk_spread.value)),
        Law(length(document.wrap_up), Shape(document.wrap_up_spread.value)),
    )
