"""A scenario of a centre's folder (`scenarios/NAME.yaml`) as what the simulator plays."""

from datetime import datetime, timedelta

from roost.definitions.load import Loaded
from roost.definitions.scenario_documents import Scenario as Document
from roost.definitions.times import length, span, zone
from roost.kernel.ids import AgentId
from roost.kernel.time import DAY, HOUR, InstantUs, Zone
from roost.simulator.scenario import Behaviour, Handling, Scenario, Shift


def scenario_of(loaded: Loaded, name: str) -> Scenario:
    """The scenario `name`; raises KeyError with the names that there are."""
    if name not in loaded.scenarios:
        raise KeyError(f"no scenario {name!r}; there are: {', '.join(loaded.scenarios)}")
    document = loaded.scenarios[name].document
    lasts = length(document.lasts)
    begins = datetime.strptime(document.begins, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a local time
    share = document.decline_percent * 10_000
    return Scenario(
        number=document.number,
        shifts=shifts(document, (begins.hour * 60 + begins.minute) * HOUR // 60, lasts),
        arrivals=tuple(document.arrivals.per_half_hour),
        length_us=lasts,
        start=instant(begins, zone(loaded.centre.document.zone)),
        behaviour=Behaviour(
            keys=tuple(document.arrivals.keys.items()),
            handling=tuple(
                (label, Handling(length(times.talk), length(times.wrap_up)))
                for label, times in document.handling.items()
            ),
            codes=tuple(document.wrap_up_codes.items()) or (("other", 1),),
            patience_us=length(document.patience),
            declines=share // 2,
            misses_ring=share - share // 2,
        ),
    )


def instant(local: datetime, of: Zone) -> InstantUs:
    """A local time in a zone: of two the first, and where the clock skips it, as if it hadn't."""
    wall = (local - datetime(1970, 1, 1)) // timedelta(microseconds=1)  # noqa: DTZ001
    before, after = (
        InstantUs(wall - (of.local(InstantUs(near)) - near)) for near in (wall - DAY, wall + DAY)
    )
    fits = [at for at in sorted((before, after)) if of.local(at) == wall]
    return fits[0] if fits else before


def shifts(document: Document, begins_us: int, lasts_us: int) -> tuple[Shift, ...]:
    """Spans of the day as lengths since the start; a span before it belongs to the next day."""
    if isinstance(document.agents, list):
        return tuple(Shift(AgentId(user), 0, lasts_us + DAY) for user in document.agents)
    made: list[Shift] = []
    for user, hours in document.agents.items():
        start, end = span(hours)
        end += DAY if end <= start else 0
        late = DAY if end <= begins_us else 0
        made.append(Shift(AgentId(user), max(0, start + late - begins_us), end + late - begins_us))
    return tuple(made)
