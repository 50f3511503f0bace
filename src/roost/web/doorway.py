"""The outermost layer: bounds on what comes in, headers on what goes out. Plain ASGI."""

from typing import Final

from litestar.types import (
    ASGIApp,
    HTTPResponseStartEvent,
    Message,
    Receive,
    Scope,
    Send,
)

BASE: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"permissions-policy", b"camera=(), geolocation=()"),
    (b"cache-control", b"no-store"),
)
BARE_SEND: Final = "roost.send"  # in a websocket's scope: the server's own, under all layers
HTTPS_ONLY: Final = (b"strict-transport-security", b"max-age=31536000")


class Doorway:
    """Adds the security headers that an answer doesn't set by itself."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        self._headers = (*BASE, HTTPS_ONLY) if secure else BASE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            bare: dict[str, object] = scope  # type: ignore[assignment]
            bare[BARE_SEND] = send
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(message, self._headers)
            await send(message)

        await self._app(scope, receive, with_headers)


def _add(message: HTTPResponseStartEvent, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    given = list(message["headers"])
    names = {name.lower() for name, _ in given}
    given.extend(header for header in headers if header[0] not in names)
    message["headers"] = given
