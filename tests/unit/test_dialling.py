"""Which numbers agents may dial: the directory, what the client allows, and never 110 by chance."""

import pytest

from roost.floor.definition import Client, Entry
from roost.floor.dialling import dialled, is_emergency, may_dial
from roost.kernel.ids import ClientId, EntryId, QueueId


def client(*calling_out: str) -> Client:
    return Client(
        ClientId("power-grid"),
        QueueId("power-grid/general"),
        (),
        False,
        (),
        directory=(Entry(EntryId("crew"), "09315550120"),),
        calling_out=calling_out,
    )


@pytest.mark.parametrize(
    ("allowed", "number", "may"),
    [((), "09315550120", True), ((), "09315550121", False), (("0931",), "09315550121", True),
     (("1",), "13800138000", True), (("1",), "110", False), (("1", "110"), "110", True),
     (("1",), "12122", False), (("+86",), "+8613800138000", True), (("+86",), "+86110", False),
     (("+",), "+8613800138000", True), (("0",), "+8613800138000", False)],
)  # fmt: skip
def test_who_may_be_dialled(allowed: tuple[str, ...], number: str, may: bool) -> None:
    assert may_dial(client(*allowed), number) is may


def test_short_numbers_may_be_the_police() -> None:
    assert all(map(is_emergency, ("110", "112", "911", "15", "+86119", "1669")))
    assert not any(map(is_emergency, ("95598", "12345", "09315550120", "+8613800138000")))


@pytest.mark.parametrize(
    ("written", "number"),
    [("(0931) 555-0120", "09315550120"), ("+86 138 0013 8000", "+8613800138000"),
     ("110", "110"), ("", None), ("crew", None), ("1;ext=2", None), ("1" * 21, None),
     ("１３８", None), ("+", None)],
)  # fmt: skip
def test_numbers_as_people_write_them(written: str, number: str | None) -> None:
    assert dialled(written) == number
