"""The pages: serves what was built into `frontend/dist`, beside the API.

    /assets/NAME-HASH.EXT   for ever: its name changes with its content
    /anything/else          index.html, never kept: the browser's router knows the address
    /api/…                  not ours

Plain ASGI in front of the application. Only files that the build made are served, from an index
of them; a name that isn't in it touches no disk. Nothing here is anybody's own: whoever may see
what is decided by the API.
"""

import asyncio
import base64
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct

from roost.ports.randomness import Randomness

#: Scripts and styles from here alone, nothing inline but Mantine's variables (by nonce), no eval;
#: sound that a page made itself (blob:), and the feed.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; "
    "img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FOR_EVER: Final = b"public, max-age=31536000, immutable"
FOR_AN_HOUR: Final = b"public, max-age=3600"
NONCE: Final = "__NONCE__"
ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
TYPES: Final = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
NOT_BUILT: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Roost</title>
<h1>The pages aren't built</h1>
<p>The centre runs: phones, the API and the terminal work. Build the pages with
<code>make setup</code> in Roost's folder, then load this address again.</p>
<h1 lang="zh-CN">页面尚未构建</h1>
<p lang="zh-CN">中心正在运行，电话、API 和终端均可使用。请在 Roost 目录中执行
<code>make setup</code> 构建页面，然后重新打开此地址。</p></html>"""
HTML: Final = "text/html; charset=utf-8"
MOST_PATH: Final = 1_000


class _File(Struct, frozen=True):
    path: Path
    type: bytes
    encoded: tuple[tuple[str, Path], ...]  # what a browser calls it, where it lies


class _Built(Struct, frozen=True):
    """One build, as it lay there when it was looked at."""

    made: int  # of index.html, in ns: another one is another build
    index: str
    files: Mapping[str, _File]


def built_pages() -> Path:
    """Where `make setup` puts the pages of this very program."""
    return Path(__file__).parents[3] / "frontend" / "dist"


class Pages:
    """Answers whatever isn't the API's."""

    def __init__(self, app: ASGIApp, dist: Path, randomness: Randomness) -> None:
        self._app, self._dist, self._randomness = app, dist, randomness
        self._built: _Built | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(scope, send, 405, [(b"allow", b"GET, HEAD")], b"")
            return
        built = await asyncio.to_thread(self._look)
        if built is None:
            await self._page(scope, send, 503, NOT_BUILT)
            return
        file = built.files.get(path)
        if file is not None:
            await _file(scope, send, file, FOR_EVER if path.startswith("/assets/") else FOR_AN_HOUR)
        elif path.startswith("/assets/") or len(path) > MOST_PATH:
            await _answer(scope, send, 404, [(b"content-type", b"text/plain")], b"not found\n")
        else:
            await self._page(scope, send, 200, built.index)

    def _look(self) -> _Built | None:
        """The build that lies there now; None when there's none."""
        index = self._dist / "index.html"
        try:
            made = index.stat().st_mtime_ns
            if self._built is None or self._built.made != made:
                self._built = _Built(made, index.read_text(encoding="utf-8"), _files(self._dist))
        except OSError:
            self._built = None
        return self._built

    async def _page(self, scope: Scope, send: Send, status: int, text: str) -> None:
        nonce = base64.urlsafe_b64encode(self._randomness.secret(18)).decode()
        headers = [
            (b"content-type", HTML.encode()),
            (b"cache-control", b"no-store"),
            (b"content-security-policy", POLICY.format(nonce=nonce).encode()),
        ]
        await _answer(scope, send, status, headers, text.replace(NONCE, nonce).encode())


def _is_api(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")


def _files(dist: Path) -> dict[str, _File]:
    found: dict[str, _File] = {}
    for path in sorted(dist.rglob("*")):
        inside = path.relative_to(dist)
        if not path.is_file() or path.suffix in (".br", ".gz") or inside.parts[0].startswith("."):
            continue
        if inside.name == "index.html":
            continue
        encoded = tuple(
            (name, packed)
            for name, suffix in ENCODINGS
            if (packed := path.with_name(path.name + suffix)).is_file()
        )
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
        found["/" + inside.as_posix()] = _File(path, kind.encode(), encoded)
    return found


async def _file(scope: Scope, send: Send, file: _File, keep: bytes) -> None:
    accepted = _header(scope, b"accept-encoding")
    path, headers = file.path, [(b"content-type", file.type), (b"cache-control", keep)]
    if file.encoded:
        headers.append((b"vary", b"accept-encoding"))
    for name, packed in file.encoded:
        if name in accepted:
            path = packed
            headers.append((b"content-encoding", name.encode()))
            break
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError:  # replaced by a newer build in this moment
        await _answer(scope, send, 404, [(b"content-type", b"text/plain")], b"not found\n")
        return
    await _answer(scope, send, 200, headers, content)


def _header(scope: Scope, wanted: bytes) -> str:
    values = [value for name, value in scope["headers"] if name == wanted]  # pyright: ignore
    return b",".join(values).decode("latin-1")


async def _answer(
    scope: Scope, send: Send, status: int, headers: list[tuple[bytes, bytes]], content: bytes
) -> None:
    headers = [*headers, (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else content  # pyright: ignore
    await send({"type": "http.response.body", "body": body, "more_body": False})
