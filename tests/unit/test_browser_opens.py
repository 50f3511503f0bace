"""A browser is opened where somebody sees it, and never where nobody does."""

import pytest

from roost.cli.browser import has_screen, show_page


@pytest.mark.parametrize(
    ("environment", "seen"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": ":0", "CI": "true"}, False),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "192.0.2.1 5 192.0.2.2 22"}, False),
    ],
)
def test_a_browser_needs_a_screen(environment: dict[str, str], seen: bool) -> None:
    assert has_screen(environment) is seen


def test_without_a_browser_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.setenv("BROWSER", "/nowhere/browser %s")
    monkeypatch.setenv("PATH", "")
    assert show_page("http://127.0.0.1:9/wallboard") in (True, False)
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert show_page("http://127.0.0.1:9/wallboard") is False
