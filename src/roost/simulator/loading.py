"""A scenario of a centre's folder (`scenarios/NAME.yaml`) as what the simulator plays."""

from datetime import datetime
from zoneinfo import ZoneInfo

from roost.definitions.documents import Scenario as Document
from roost.definitions.load import Loaded
from roost.definitions.times import length, span
from roost.kernel.ids import AgentId
from roost.kernel.time import DAY, HOUR, InstantUs
from roost.simulator.scenario import Behaviour, Handling, Scenario, Shift


def scenario_of(loaded: Loaded, name: str) -> Scenario:
    """The scenario `name`; raises KeyError with the names that there are."""
    if name not in loaded.scenarios:
        raise KeyError(f"no scenario {name!r}; there are: {', '.join(loaded.scenarios)}")
    document = loaded.scenarios[name].document
    lasts = length(document.lasts)
    begins = datetime.strptime(document.begins, "%Y-%m-%d %H:%M").replace(
        tzinfo=ZoneInfo(loaded.centre.document.zone)
    )
    share = document.decline_percent * 10_000
    return Scenario(
        number=document.number,
        shifts=shifts(document, (begins.hour * 60 + begins.minute) * HOUR // 60, lasts),
        arrivals=tuple(document.arrivals.per_half_hour),
        length_us=lasts,
        start=InstantUs(int(begins.timestamp()) * 1_000_000),
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
