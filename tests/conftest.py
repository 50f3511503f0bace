"""What holds in every ring (rings.py)."""

from pathlib import Path

import pytest

from rings import empty, turn


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: turn(item.path))


def pytest_collection_finish(session: pytest.Session) -> None:
    """A ring that collects nothing would pass for ever, so it fails."""
    config = session.config
    if config.option.keyword:
        return  # whoever asks for a name knows that not every ring has it
    asked = [Path(config.invocation_params.dir, one.partition("::")[0]) for one in config.args]
    nothing = empty(asked, (item.path for item in session.items))
    if nothing:
        raise pytest.UsageError(f"no test was found in {', '.join(nothing)}")
