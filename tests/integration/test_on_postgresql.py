"""A whole centre on PostgreSQL, as the how-to says: prepared, started, a call answered, proved."""

import pytest
from tests.integration.pages import steps_of
from tests.integration.test_documents import PROGRAMS, ROOT, shell, type_all

import postgres_server

PAGE = "docs/how-to/run-on-postgresql.md"


@pytest.fixture
def url() -> str:
    postgres_server.database()  # skips where there's no server
    return postgres_server.bare()


def test_the_how_to(tmp_path_factory: pytest.TempPathFactory, url: str) -> None:
    page = tmp_path_factory.mktemp("pg") / "p"  # short: a socket's path has its limit
    reader = shell(page)
    toml = page / "examples" / "power-grid" / "roost.toml"
    toml.write_text(f'store = "{url}"\n{toml.read_text(encoding="utf-8")}', encoding="utf-8")
    assert len(steps_of(ROOT / PAGE)) > 8
    try:
        type_all(reader, PAGE)
    finally:
        reader.close()
    data = toml.parent / ".roost"
    assert not list(data.glob("streams/*.db"))
    assert not (data / "views.db").exists()
    assert (PROGRAMS / "roost").exists()
