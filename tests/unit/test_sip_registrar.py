"""Registrations: what a phone may ask for, and what it's told."""

import pytest

from roost.kernel.time import InstantUs, seconds
from roost.protocols.sip.message import Headers, Request
from roost.protocols.sip.registrar import MOST_CONTACTS, Registered, Registrar
from roost.protocols.sip.routing import TCP, UDP, Peer

NOW = InstantUs(1_000_000)
HOME = Peer(UDP, "192.0.2.9", 5060)


def register(
    registrar: Registrar,
    *contacts: str,
    expires: str | None = None,
    seq: int = 1,
    source: Peer = HOME,
    now: InstantUs = NOW,
    via: str = "192.0.2.9:5060",
    **more: str,
) -> Registered:
    lines = {
        "Via": f"SIP/2.0/{source.transport} {via};branch=z9hG4bK{seq}",
        "From": "<sip:1001@roost>;tag=f",
        "To": "<sip:1001@roost>",
        "Call-ID": "registration",
        "CSeq": f"{seq} REGISTER",
    }
    request = Request("REGISTER", "sip:roost", Headers(lines))
    if contacts:
        request.headers.set("Contact", *contacts)
    if expires is not None:
        request.headers.set("Expires", expires)
    for name, value in more.items():
        request.headers.set(name, value)
    return registrar.register("1001", request, source, "tag", now)


def test_a_contact_comes_is_renewed_and_runs_out() -> None:
    registrar = Registrar()
    first = register(registrar, "<sip:1001@192.0.2.9>", expires="120")
    assert first.changed
    assert first.response.headers.get("Contact") == "<sip:1001@192.0.2.9>;expires=120"
    assert not register(registrar, "<sip:1001@192.0.2.9>", expires="120", seq=2).changed
    assert registrar.expire(InstantUs(NOW + seconds(119))) == []
    assert registrar.expire(InstantUs(NOW + seconds(130))) == ["1001"]
    assert registrar.contacts("1001", NOW) == []


def test_a_contacts_own_expiry_goes_before_the_general_one() -> None:
    registrar = Registrar()
    register(registrar, "<sip:1001@192.0.2.9>;expires=90;q=0.5", expires="3600")
    (one,) = registrar.contacts("1001", NOW)
    assert (one.granted_s, one.q) == (90, 500)


def test_several_contacts_the_most_wanted_first() -> None:
    registrar = Registrar()
    register(registrar, "<sip:a@192.0.2.9>;q=0.2", "<sip:b@192.0.2.9>;q=0.9")
    assert [one.uri for one in registrar.contacts("1001", NOW)] == [
        *("sip:b@192.0.2.9", "sip:a@192.0.2.9"),
    ]


def test_asking_tells_and_changes_nothing() -> None:
    registrar = Registrar()
    register(registrar, "<sip:1001@192.0.2.9>")
    asked = register(registrar, seq=2)
    assert not asked.changed
    assert asked.response.headers.get("Contact") == "<sip:1001@192.0.2.9>;expires=3600"


def test_a_star_ends_all() -> None:
    registrar = Registrar()
    register(registrar, "<sip:a@192.0.2.9>", "<sip:b@192.0.2.9>")
    gone = register(registrar, "*", expires="0", seq=2)
    assert gone.changed
    assert registrar.users() == []
    assert register(registrar, "*", expires="60", seq=3).response.status == 400


def test_one_contact_goes_the_other_stays() -> None:
    registrar = Registrar()
    register(registrar, "<sip:a@192.0.2.9>", "<sip:b@192.0.2.9>")
    register(registrar, "<sip:a@192.0.2.9>;expires=0", seq=2)
    assert [one.uri for one in registrar.contacts("1001", NOW)] == ["sip:b@192.0.2.9"]


def test_too_brief_an_interval() -> None:
    refused = register(Registrar(), "<sip:1001@192.0.2.9>", expires="10")
    assert refused.response.status == 423
    assert refused.response.headers.get("Min-Expires") == "60"


def test_too_long_an_interval_is_cut() -> None:
    answered = register(Registrar(), "<sip:1001@192.0.2.9>", expires="999999")
    assert answered.response.headers.get("Contact") == "<sip:1001@192.0.2.9>;expires=3600"


def test_a_late_register_does_not_undo_a_newer_one() -> None:
    registrar = Registrar()
    register(registrar, "<sip:1001@192.0.2.9>", seq=5)
    late = register(registrar, "<sip:1001@192.0.2.9>;expires=0", seq=4)
    assert late.response.status == 500
    assert len(registrar.contacts("1001", NOW)) == 1


def test_there_is_a_bound() -> None:
    contacts = [f"<sip:1001@192.0.2.{place}>" for place in range(MOST_CONTACTS + 1)]
    registrar = Registrar()
    assert register(registrar, *contacts).response.status == 403
    assert registrar.users() == []


@pytest.mark.parametrize(
    ("source", "via", "reached"),
    [
        (HOME, "192.0.2.9:5060", Peer(UDP, "192.0.2.9", 5070)),
        (Peer(UDP, "198.51.100.1", 40_000), "10.0.0.5:5060", Peer(UDP, "198.51.100.1", 40_000)),
        (Peer(TCP, "192.0.2.9", 40_000, 7), "192.0.2.9:5060", Peer(TCP, "192.0.2.9", 40_000, 7)),
    ],
    ids=["its own address", "behind a NAT", "over its connection"],
)
def test_where_a_contact_is_reached(source: Peer, via: str, reached: Peer) -> None:
    registrar = Registrar()
    register(registrar, "<sip:1001@192.0.2.9:5070>", source=source, via=via)
    assert registrar.contacts("1001", NOW)[0].peer == reached


def test_a_path_is_the_way(  # RFC 3327
) -> None:
    registrar = Registrar()
    path = "<sip:192.0.2.40;lr>"
    answered = register(registrar, "<sip:1001@10.0.0.5>", Path=path, Supported="path")
    (one,) = registrar.contacts("1001", NOW)
    assert (one.peer, one.path) == (Peer(UDP, "192.0.2.40", 5060), (path,))
    assert answered.response.headers.get("Path") == path


def test_registrations_survive_a_restart() -> None:
    registrar, again = Registrar(), Registrar()
    register(registrar, "<sip:1001@192.0.2.9>", expires="120")
    later = InstantUs(NOW + seconds(500))
    assert again.restore("1001", registrar.kept("1001"), later)
    (one,) = again.contacts("1001", later)
    assert one.until == later + seconds(120)
    assert again.expire(InstantUs(later + seconds(130))) == ["1001"]
