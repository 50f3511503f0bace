"""https with a certificate of our own, and with a given one."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
import uvicorn

from roost.processes import certificates
from roost.processes.settings import Http, Launch, Settings
from roost.web.app import server
from roost.web.parts import WebSettings
from roost.web.testing import PASSWORD, SmallCentre


def launch(folder: Path, **http: str) -> Launch:
    return Launch(str(folder), str(folder / "d"), Settings(http=Http(**http)))  # type: ignore[arg-type]


@asynccontextmanager
async def served(folder: Path, made: certificates.Certificate) -> AsyncIterator[str]:
    settings = WebSettings(secure=True, own_certificate=made.own)
    async with SmallCentre(folder, settings=settings) as centre:
        listening = socket.create_server(("127.0.0.1", 0))
        config = server(centre.app, (), (made.certificate, made.key))
        config.lifespan, config.loop = "off", "asyncio"
        web = uvicorn.Server(config)
        web.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(web.serve(sockets=[listening]))
        try:
            yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            web.should_exit = True
            await task


def test_a_certificate_of_our_own_is_trusted_by_who_may_read_it(tmp_path: Path) -> None:
    async def story() -> None:
        here = launch(tmp_path, tls="own")
        made = certificates.ensure(here)
        assert made is not None
        assert made.key.stat().st_mode & 0o777 == 0o600
        async with served(tmp_path, made) as url:
            trusted = certificates.trusted(here)
            assert trusted is not None
            async with httpx.AsyncClient(verify=trusted, base_url=url) as client:
                answer = await client.post(
                    "/api/session", json={"name": "li", "password": PASSWORD},
                    headers={"Origin": url},
                )  # fmt: skip
                assert answer.is_success
                cookie = answer.headers["set-cookie"]
                assert cookie.startswith("__Host-roost=")
                assert "Secure" in cookie
                # who can't know it must be able to say yes: no strict transport security
                assert "strict-transport-security" not in answer.headers
            async with httpx.AsyncClient(base_url=url) as stranger:
                with pytest.raises(httpx.ConnectError):
                    await stranger.get("/api/health")

    asyncio.run(story())


def test_a_given_certificate_insists_on_https(tmp_path: Path) -> None:
    async def story() -> None:
        made = certificates.ensure(launch(tmp_path, tls="own"))
        assert made is not None
        here = launch(tmp_path, tls="given", certificate=str(made.certificate), key=str(made.key))
        given = certificates.ensure(here)
        assert given is not None
        assert not given.own
        async with served(tmp_path, given) as url:
            trusted = certificates.trusted(here)
            assert isinstance(trusted, ssl.SSLContext)
            async with httpx.AsyncClient(verify=trusted, base_url=url) as client:
                answer = await client.get("/api/health")
                assert "strict-transport-security" in answer.headers

    asyncio.run(story())


def test_ours_is_kept_until_it_runs_out_or_the_address_changes(tmp_path: Path) -> None:
    first = certificates.ensure(launch(tmp_path, tls="own"))
    assert first == certificates.ensure(launch(tmp_path, tls="own"))
    moved = certificates.ensure(launch(tmp_path, tls="own", advertise="192.0.2.7"))
    assert first is not None
    assert moved is not None
    assert moved.fingerprint != first.fingerprint
    moved.certificate.write_text("broken")
    again = certificates.ensure(launch(tmp_path, tls="own"))
    assert again is not None
    assert again.fingerprint not in (first.fingerprint, moved.fingerprint)


def test_a_given_one_that_cannot_be_used_says_how_to_mend_it(tmp_path: Path) -> None:
    with pytest.raises(certificates.BadCertificate, match="PEM chain"):
        certificates.ensure(launch(tmp_path, tls="given", certificate="c.pem", key="k.pem"))


def test_the_loopback_speaks_http_and_other_addresses_https() -> None:
    assert Http().url == "http://127.0.0.1:8080"
    assert Http(bind="192.0.2.7").url == "https://192.0.2.7:8080"
    assert Http(bind="::", advertise="2001:db8::7").url == "https://[2001:db8::7]:8080"
    behind_a_proxy = msgspec.structs.replace(Http(bind="192.0.2.7"), secure=True)
    assert behind_a_proxy.url == "http://192.0.2.7:8080"
