"""Simulations that people ask for on a page: played one at a time beside the centre, and kept.

What the twin comes to has its shape here, because the page shows it and the twin makes it: a
`SimulationReport`, in a terminal, as a file or on the page the same. Blocking.
"""

from enum import StrEnum
from typing import Annotated, Final, Protocol

from msgspec import Meta, Struct

from roost.kernel.messages import Refusal
from roost.kernel.time import InstantUs

MOST_SEEDS: Final = 200
MOST_CHANGES: Final = 3  # columns beside the first one
MOST_KEPT: Final = 50  # the oldest goes when another one begins

Change = Annotated[
    str, Meta(min_length=3, max_length=300, pattern=r"^[^=\x00-\x1f]+=[^\x00-\x1f]*$")
]
"""Never a folder: a page's people name no places of the machine."""


class Estimate(Struct, frozen=True):
    """`value` with `half` the width of its confidence interval; None where there's no data, or
    just one run."""

    value: float | None
    half: float | None = None

    @property
    def differs(self) -> bool:
        """Whether a difference is one, and not luck."""
        return self.value is not None and self.half is not None and abs(self.value) > self.half


class ShownFigure(Struct, frozen=True):
    """A figure of every row, in the order of showing. `unit`: %, s, money or none; `better`: 1 more
    is better, -1 less, 0 neither."""

    id: str
    unit: str
    better: int


class SimulatedRow(Struct, frozen=True):
    """`at` is the interval's beginning on the centre's wall, empty for all the time; `client` empty
    for all, `queue` for the client's contacts as a whole; each figure with its estimate; `change`
    against the first variant."""

    at: str
    client: str
    queue: str
    figures: dict[str, Estimate]
    change: dict[str, Estimate] = {}


class SimulatedTerm(Struct, frozen=True):
    """A term of service in a period, over all runs: `sure` is the part of those with data in which
    it was kept; `reached` and `due` are means."""

    client: str
    term: str
    period: str
    target: float
    reached: Estimate
    sure: float | None
    due: Estimate


class WaitError(Struct, frozen=True):
    """How far estimated waits were off, in seconds, over the contacts of all runs that had to
    wait: their estimate on entering against their wait, or what it would have been had they
    stayed. `bias` is positive where estimates were too long; `unknown` had none, since nobody was
    there. `queue` "": the client's together; `client` "": all."""

    client: str
    queue: str
    contacts: int
    unknown: int
    waited: float | None  # on average
    median: float | None
    p90: float | None
    bias: float | None


class SimulatedVariant(Struct, frozen=True):
    """A job's figures; `rows` of all the time and of intervals, changes against the first;
    `waits_say` how far its estimated waits can be trusted, in English and Chinese."""

    name: str
    rows: list[SimulatedRow]
    promises: list[SimulatedTerm]
    contacts: float
    events: float
    lost: int
    incidents: int
    contacts_per_second: float
    waits: list[WaitError] = []
    waits_say: tuple[str, str] = ("", "")


class Trust(Struct, frozen=True):
    """One figure: what happened, the twin's, the mean error over intervals (with its sign, and
    without), and the part of the intervals in which what happened is as if it had been a run."""

    figure: str
    happened: float | None
    twin: Estimate
    bias: float | None
    error: float | None
    inside: float | None
    intervals: int


class SimulationReport(Struct, frozen=True):
    """`seeds` are those that all variants were played with; `digest` is of the first run's log, if
    it was kept, and `verified` whether it folds to the same; `says` how far it can be trusted, in
    English and Chinese."""

    scenario: str
    interval: str
    seeds: list[int]
    currency: str
    variants: list[SimulatedVariant]
    digest: str = ""
    verified: bool | None = None
    trust: list[Trust] = []
    says: tuple[str, str] = ("", "")
    figures: list[ShownFigure] = []


class Intervals(StrEnum):
    """How finely figures are taken."""

    QUARTER = "15m"
    HALF = "30m"
    HOUR = "1h"
    DAY = "day"
    WHOLE = "whole"


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """What is played: a scenario of the centre's folder, or a period of its own log as it was
    (`2026-11-24`, or `2026-11-24T08:00/2026-11-24T20:00`); beside it the same under each of
    `changes`. By default figures are by the scenario's own intervals."""

    scenario: Annotated[str, Meta(max_length=64, pattern=r"^([a-z0-9][a-z0-9-]*)?$")] = ""
    period: Annotated[
        str,
        Meta(
            max_length=33,
            pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})?)?$",
        ),
    ] = ""
    changes: Annotated[list[Change], Meta(max_length=MOST_CHANGES)] = []
    seeds: Annotated[int, Meta(ge=1, le=MOST_SEEDS)] = 10
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 1
    interval: Intervals | None = None
    agent_hour: Annotated[str, Meta(pattern=r"^([0-9]{1,9}(\.[0-9]{1,6})?)?$")] = ""


class SimulationState(StrEnum):
    """`failed`: it broke, or the machine stopped under it; `refused`: it makes no sense, and
    nothing was played."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    TOO_LONG = "too_long"
    FAILED = "failed"


class Simulation(Struct, frozen=True):
    """One that was asked for. `by` is an account, `runs` how many of its `of` runs are done; `says`
    what was wrong with it (the words of `roost check`), or what it doesn't know."""

    id: int
    asked: Asked
    by: str
    began: InstantUs
    state: SimulationState
    runs: int
    of: int
    ended: InstantUs | None = None
    says: tuple[str, ...] = ()


class PlayableScenario(Struct, frozen=True):
    """One of the folder's, as it's written: `about` is the comment above it. What's wrong with it
    is said when it's played."""

    scenario: str
    about: str
    begins: str
    lasts: str
    clients: tuple[str, ...]


class Form(StrEnum):
    """How a result is taken away: as it's shown here, as rows, or as a page of its own."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"


class Simulations(Protocol):
    def scenarios(self) -> list[PlayableScenario]:
        """The folder's, by name."""
        ...

    def start(self, asked: Asked, by: str, at: InstantUs) -> Simulation | Refusal:
        """Begins to play. Refused: simulation_running, unknown_scenario, nothing_to_play."""
        ...

    def listing(self) -> list[Simulation]:
        """The newest first, at most MOST_KEPT."""
        ...

    def one(self, id: int) -> Simulation | None: ...

    def file(self, id: int, form: Form) -> bytes | None:
        """A finished one's result."""
        ...

    def cancel(self, id: int) -> bool:
        """Ends one that runs, soon. False: it isn't there."""
        ...

    def remove(self, id: int) -> bool | Refusal:
        """Forgets one. Refused: simulation_running."""
        ...
