"""The application: handlers, the gate, the doorway and the follower around the parts."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final, cast

import uvicorn
from litestar import Litestar, Response, get
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig
from litestar.types import ControllerRouterHandler, Scope

from roost.kernel.time import SECOND
from roost.web import (
    access,
    alerts,
    audit,
    centre,
    clients,
    contacts,
    desk,
    desk_calls,
    documents,
    dry_run,
    feed,
    for_now,
    helping,
    history,
    known,
    modes,
    openapi,
    persons,
    phone,
    reports,
    session,
    simulations,
    statements,
    steering,
    targets,
    tasks,
    told,
    wallboards,
    watching,
    writing_up,
)
from roost.web.audit import Notes
from roost.web.commands import Commands
from roost.web.doorway import Doorway
from roost.web.feed import Feeds
from roost.web.follow import Follower
from roost.web.gate import Gate
from roost.web.limits import FEED_PING, MOST_BODY, MOST_PHONE_MESSAGE
from roost.web.pages import Pages
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.phone import PhonePages
from roost.web.problems import (
    Trouble,
    handle_fault,
    handle_framework,
    handle_trouble,
)
from roost.web.session import Logins
from roost.web.wallboards import Guesses


@get("/api/openapi.json", summary="This description")
async def described_by() -> Response[bytes]:
    """OpenAPI 3.1, with the feed's messages."""
    return Response(await asyncio.to_thread(_description), media_type="application/json")


ROUTES: Final[tuple[ControllerRouterHandler, ...]] = (
    *centre.ROUTES,
    *session.ROUTES,
    *access.ROUTES,
    *audit.ROUTES,
    *alerts.ROUTES,
    *desk.ROUTES,
    *desk_calls.ROUTES,
    *targets.ROUTES,
    *known.ROUTES,
    *clients.ROUTES,
    *watching.ROUTES,
    *steering.ROUTES,
    *for_now.ROUTES,
    *dry_run.ROUTES,
    *modes.ROUTES,
    *writing_up.ROUTES,
    *helping.ROUTES,
    *tasks.ROUTES,
    *feed.ROUTES,
    *phone.ROUTES,
    *contacts.ROUTES,
    *history.ROUTES,
    *persons.ROUTES,
    *statements.ROUTES,
    *documents.ROUTES,
    *told.ROUTES,
    *reports.ROUTES,
    *simulations.ROUTES,
    *wallboards.ROUTES,
    described_by,
)


def create_app(
    parts: Parts,
    follower: Follower | None = None,
    feeds: Feeds | None = None,
    pages: Path | None = None,
    phone_pages: PhonePages | None = None,
) -> Litestar:
    """The API on these parts, and the pages that were built into a folder. A follower may be
    handed in by whoever gives it hints (`follower.hint()` when there's more in the log)."""
    follower = follower or Follower(parts)
    gate = Gate(parts)

    feeds = feeds or Feeds()

    @asynccontextmanager
    async def following(_: Litestar) -> AsyncGenerator[None]:
        tasks = (
            asyncio.create_task(follower.run(), name="follow"),
            asyncio.create_task(feeds.follow(parts), name="doors"),
        )
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    app = _app(
        {
            "parts": parts,
            "follower": follower,
            "gate": gate,
            "logins": Logins(parts),
            "commands": Commands(parts, follower),
            "feeds": feeds,
            "phone_pages": phone_pages or PhonePages(),
            "notes": Notes(parts),
            "guesses": Guesses(),
        },
        gate,
        [following],
        None,
    )
    if pages is not None:
        app.asgi_handler = Pages(app.asgi_handler, pages, parts.randomness)
    insist = parts.settings.secure and not parts.settings.own_certificate
    app.asgi_handler = Doorway(app.asgi_handler, insist)
    return app


def described() -> Litestar:
    """The application without its parts: only good for describing itself."""

    async def shut(_connection: Any, _handler: Any) -> None:
        raise Trouble(503, "unavailable")

    names = (
        "parts",
        "follower",
        "gate",
        "logins",
        "commands",
        "feeds",
        "phone_pages",
        "notes",
        "guesses",
    )
    about = OpenAPIConfig("Roost", "1", description="The contact centre's API.")
    return _app(dict.fromkeys(names), shut, [], about)


@cache
def _description() -> bytes:
    return openapi.text(described()).encode()


def _app(
    given: dict[str, Any],
    gate: Any,
    lifespan: list[Any],
    description: OpenAPIConfig | None,
) -> Litestar:
    dependencies = {
        name: Provide(_giving(value), sync_to_thread=False) for name, value in given.items()
    }
    dependencies["caller"] = Provide(_caller, sync_to_thread=False)
    return Litestar(
        route_handlers=list(ROUTES),
        guards=[gate],
        dependencies=dependencies,
        exception_handlers={
            Trouble: handle_trouble,
            HTTPException: handle_framework,
            Exception: handle_fault,
        },
        request_max_body_size=MOST_BODY,
        openapi_config=description,
        lifespan=lifespan,
        logging_config=None,
    )


def _giving(value: Any) -> Callable[[], Any]:
    return lambda: value


def _caller(scope: Scope) -> Caller:
    """Whoever the gate let in."""
    return cast("Caller", scope["user"])  # pyright: ignore


def server(
    app: Litestar,
    trusted_proxies: Sequence[str] = (),
    files: tuple[Path, Path] | None = None,
) -> uvicorn.Config:
    """How uvicorn runs it, with its bounds; the sockets are handed to `Server.serve`. Whose
    `X-Forwarded-For` is believed are the trusted proxies alone: failed logins are counted by
    the address that it names. `files` are certificate and key, where it speaks https."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=MOST_PHONE_MESSAGE,  # the longest; the feed has a bound of its own
        ws_max_queue=4,
        ws_ping_interval=FEED_PING / SECOND,
        ws_ping_timeout=FEED_PING / SECOND,
        ws_per_message_deflate=False,
        h11_max_incomplete_event_size=16 * 1024,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        limit_concurrency=4_096,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=[str(ip_network(one, strict=False)) for one in trusted_proxies],
        access_log=False,
        log_config=None,
        ssl_certfile=files and files[0],
        ssl_keyfile=files and str(files[1]),
    )
