"""A run's figures come from fewer events than a record does: they're the same as a record's."""

from pathlib import Path

import msgspec

from roost.definitions import load
from roost.definitions.load import Loaded
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ContactId
from roost.kernel.time import HOUR, MINUTE, DurationUs
from roost.office.contracts.measured import Measured
from roost.office.counting import Facts, facts_of
from roost.office.measures.intervals import Grain
from roost.office.reactions import measured_of
from roost.office.records.fold import fold
from roost.office.records.model import Record
from roost.office.summary import lost
from roost.simulator.figures import Ledger
from roost.simulator.play import job_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import ANY, Law

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"

Told = tuple[Facts, Measured | None, bool]


def told(record: Record) -> Told:
    return facts_of(record), measured_of(record), lost(record)


class Kept(Ledger):
    """What is told of each contact, when it's closed."""

    def __init__(self) -> None:
        super().__init__(())
        self.told: dict[str, Told] = {}

    def close(self, record: Record) -> None:
        super().close(record)
        assert record.contact not in self.told, "closed once"
        self.told[record.contact] = told(record)


def played(people: int, patience: Law) -> dict[ContactId, Record]:
    """An hour of the storm with that many people; whole records, compared with the ledger's."""
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    job = job_of(loaded, "storm", Grain.WHOLE)
    how = msgspec.structs.replace(
        job.scenario.behaviour,
        consults=200_000,
        transfers=100_000,
        misses_ring=40_000,
        patience=((ANY, patience),),
    )
    scenario = msgspec.structs.replace(
        job.scenario,
        behaviour=how,
        length_us=DurationUs(HOUR),
        shifts=job.scenario.shifts[:people],
        faults=msgspec.structs.replace(job.scenario.faults, lost=10_000, media_lost=(HOUR // 2,)),
    )
    ledger, records = Kept(), dict[ContactId, Record]()

    def whole(envelope: Envelope) -> None:
        fold(records, envelope)

    Simulation(job.floor, scenario, 1, keep=False, observers=(ledger, whole)).run()
    ledger.end_records()
    assert ledger.told == {contact: told(record) for contact, record in records.items()}
    assert ledger.lost == sum(map(lost, records.values()))
    return records


def test_what_is_passed_over_tells_nothing_that_counts() -> None:
    records = [*played(12, Law(3 * MINUTE)).values(), *played(4, Law(20 * MINUTE)).values()]
    assert len(records) > 150
    kinds = {segment.kind.value for record in records for segment in record.segments}
    assert {"answer", "consult", "transfer"} <= kinds
    assert any(record.message for record in records)
