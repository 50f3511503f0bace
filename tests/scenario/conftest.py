"""The scenarios' centre."""

from collections.abc import Iterator

import pytest

from scenario.centre import Centre


@pytest.fixture
def centre() -> Iterator[Centre]:
    """A hotline with queues for outages (first) and bills; nobody has signed in yet."""
    centre = Centre()
    centre.apply()
    yield centre
    assert "fault" not in centre.engine.ignored
