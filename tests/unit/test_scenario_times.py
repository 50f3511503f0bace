"""A scenario begins at a local time of its centre, by the pinned zones."""

from datetime import datetime, timedelta

import pytest

from roost.definitions.times import zone
from roost.simulator.loading import instant


@pytest.mark.parametrize(
    ("name", "local", "utc"),
    [
        ("Asia/Shanghai", "2026-11-02 08:00", "2026-11-02 00:00"),
        ("Asia/Kathmandu", "2026-11-02 05:45", "2026-11-02 00:00"),
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30"),  # of two, the first
        ("America/New_York", "2026-11-01 03:00", "2026-11-01 08:00"),
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:30"),  # skipped by the clock
        ("Europe/Berlin", "2026-03-29 12:00", "2026-03-29 10:00"),
        ("Australia/Lord_Howe", "2026-10-04 12:00", "2026-10-04 01:00"),  # half an hour's change
    ],
)
def test_a_local_time_is_one_instant(name: str, local: str, utc: str) -> None:
    wall, expected = datetime.fromisoformat(local), datetime.fromisoformat(f"{utc}+00:00")
    since = expected - datetime.fromisoformat("1970-01-01T00:00+00:00")
    assert instant(wall, zone(name)) == since // timedelta(microseconds=1)
