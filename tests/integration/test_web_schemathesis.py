"""Schemathesis over our own description, in process: no 5xx, answers as described."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from requests import Request
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from integration.office_desk import office
from roost.web import openapi
from roost.web.app import described
from roost.web.testing import ORIGIN, SmallCentre

schema = schemathesis.openapi.from_dict(openapi.document(described()))
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


class Background:
    """A small centre on a loop of its own, with one finished contact."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._over = asyncio.Event()
        self.started: Future[list[httpx.AsyncClient]] = Future()
        self._life = asyncio.run_coroutine_threadsafe(self._live(), self._loop)
        self.people = self.started.result(30)

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _live(self) -> None:
        async with SmallCentre(self._folder, office=office) as self.centre:
            people = [await self.centre.login(name) for name in ("admin", "chen", "li")]
            await self.centre.hang_up(await self.centre.call())
            self.started.set_result(people)
            await self._over.wait()

    def send(self, who: int, request: Any) -> Any:
        cookies = self.people[who].cookies

        async def send() -> httpx.Response:
            headers = [
                (name.encode("latin1"), value.encode("latin1") if isinstance(value, str) else value)
                for name, value in {**request.headers, "Roost-Request": "1"}.items()
                if name.lower() not in ("cookie", "host")
            ]
            transport = httpx.ASGITransport(self.centre.app, raise_app_exceptions=False)  # type: ignore[arg-type]
            client = httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=cookies)
            return await client.request(
                request.method, request.url, headers=headers, content=request.body
            )

        return self.run(send())

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._life.result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture(scope="module")
def background(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Background]:
    background = Background(tmp_path_factory.mktemp("centre"))
    yield background
    background.stop()


@schema.exclude(path="/api/session", method="DELETE").parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_is_answered_as_described(case: Any, background: Background) -> None:
    prepared = case.as_transport_kwargs(base_url=ORIGIN)
    kwargs = {key: value for key, value in prepared.items() if key != "cookies"}
    sent = Request(**kwargs).prepare()
    for who in range(len(background.people)):
        answer = background.send(who, sent)
        wrapped = schemathesis.Response(
            status_code=answer.status_code,
            headers={name: [value] for name, value in answer.headers.items()},
            content=answer.content,
            request=sent,
            elapsed=0.0,
            verify=False,
        )
        case.validate_response(wrapped, checks=list(CHECKS))
