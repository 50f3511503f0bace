"""The API's page names everything that there is."""

from pathlib import Path

from roost.web import feed, limits
from roost.web.openapi import FROM_SERVER
from roost.web.permissions import ENDPOINTS, ROLES, VIEWS, Scope
from roost.web.topics import CLIENT_SEES, Topic

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")


def test_every_endpoint_stands_there_with_its_scope() -> None:
    for name, rule in ENDPOINTS.items():
        scope = "" if rule.scope is None else f"`{rule.scope.value}`"
        assert f"| `{name}` | {scope} | {rule.reach.value} |" in PAGE, f"api.md lacks {name}"


def test_every_role_and_scope_stands_there() -> None:
    for scope in Scope:
        row = " | ".join("yes" if scope in scopes else "" for scopes in ROLES.values())
        assert f"| `{scope.value}` | {row} |" in PAGE, f"api.md is wrong about {scope.value}"


def test_every_view_topic_and_message_stands_there() -> None:
    for view in VIEWS:
        assert f"| `{view.value}` |" in PAGE
    for topic in Topic:
        assert f"`{topic.value}`" in PAGE
    for message in FROM_SERVER:
        assert f"| `{message.__struct_config__.tag}` |" in PAGE
    for type_name, fields in CLIENT_SEES.items():
        assert f"| `{type_name}` | {', '.join(f'`{one}`' for one in fields)} |" in PAGE


def test_the_bounds_on_the_page_are_the_codes() -> None:
    for bound in (limits.MOST_BODY, limits.MOST_MESSAGE, limits.MOST_FEEDS):
        assert f"{bound:,}" in PAGE
    for number in (limits.MOST_MESSAGES, limits.MOST_FEEDS_ACCOUNT, feed.TOO_SLOW, feed.LOGGED_OUT):
        assert str(number) in PAGE
    for span in (limits.FEED_SEND, limits.FEED_HEARTBEAT, limits.FEED_PING):
        assert f"{span // 1_000_000} seconds" in PAGE or f"({span // 1_000_000} seconds)" in PAGE
