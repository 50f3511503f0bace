"""What ports.alerts promises: what several processes see is told once, and found again."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from roost.adapters.store.alert_book import StreamAlerts
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.sqlite import SqliteStore
from roost.adapters.store.testing import MemoryStore
from roost.floor.alert_rules import AlertMeasure
from roost.kernel.ids import Owner
from roost.kernel.time import InstantUs
from roost.office.alerts.messages import ALERTS, AlertCleared, AlertRaised, ClearedBy

RAISED = AlertRaised(
    owner=Owner("water"),
    alert="water/waits",
    measure=AlertMeasure.WAITING,
    above=True,
    threshold=5,
    figure=6,
    to=("supervisor",),
    since=InstantUs(10),
)
CLEARED = AlertCleared(
    owner=Owner("water"),
    alert="water/waits",
    measure=AlertMeasure.WAITING,
    above=True,
    threshold=5,
    figure=2,
    to=("supervisor",),
    raised=InstantUs(11),
    why=ClearedBy.BACK,
)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> MemoryStore | SqliteStore:
    if request.param == "memory":
        return MemoryStore()
    return SqliteStore(tmp_path / "log", KeyFile(tmp_path / "keys.json"))


def test_what_two_see_is_told_once_and_stands_until_it_is_cleared(
    store: MemoryStore | SqliteStore,
) -> None:
    one, two = (StreamAlerts(store.writer, store.reader()) for _ in range(2))
    other = replace(RAISED, alert="ready")
    assert one.standing() == {}
    assert one.note([(InstantUs(11), RAISED)])["water/waits"].at == 11
    assert two.note([(InstantUs(12), RAISED)])["water/waits"].at == 11, "the first has told it"
    assert set(two.note([(InstantUs(13), other), (InstantUs(13), CLEARED)])) == {"ready"}
    assert set(one.note([(InstantUs(14), CLEARED)])) == {"ready"}
    assert set(one.standing()) == {"ready"}
    one.close()
    two.close()
    reader = store.reader()
    told = [(row.number, row.type, row.at) for row in reader.read(ALERTS, 0, 10)]
    reader.close()
    assert told == [
        (1, "alerts.AlertRaised", 11),
        (2, "alerts.AlertRaised", 13),
        (3, "alerts.AlertCleared", 13),
    ]
