"""Errors as `application/problem+json` (RFC 9457), in the words of the caller's language."""

from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec
import structlog
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from msgspec import Struct

from roost.kernel.messages import Refusal
from roost.kernel.words import REFUSALS
from roost.web.limits import MOST_BODY
from roost.web.words import WORDS, Language

PROBLEM_JSON: Final = "application/problem+json"
_log: Final = structlog.get_logger("roost.web")


class Problem(Struct, frozen=True):
    """What went wrong. `code` is for programs, `title` says it in words, `mend` what to do;
    `about` holds the parameters."""

    type: str
    title: str
    status: int
    code: str
    mend: str
    about: dict[str, str] = {}


class Trouble(Exception):
    """A request that can't be served; turned into a Problem at the edge."""

    def __init__(
        self,
        status: int,
        code: str,
        about: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.about = dict(about or {})
        self.headers = dict(headers or {})


def not_found() -> Trouble:
    """What was never there and what isn't yours: the same words, code and bytes."""
    return Trouble(404, "not_found")


def refused(refusal: Refusal, status: int = 409) -> Trouble:
    """A refusal of a room, or of an adapter, as a problem."""
    return Trouble(status, refusal.code, refusal.about)


def language_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Language:
    """English or Chinese, whichever Accept-Language ranks higher (RFC 9110, 12.5.4)."""
    best: tuple[float, Language] = (0.0, "en")
    for part in connection.headers.get("accept-language", "")[:200].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            rank = float(weight) if weight else 1.0
        except ValueError:
            continue
        main = tag.split("-")[0].lower()
        if main in ("en", "zh") and rank > best[0]:
            best = (rank, "zh" if main == "zh" else "en")
    return best[1]


def problem(code: str, status: int, about: Mapping[str, str], language: Language) -> Problem:
    """The words for a code, ours or a room's. A code without any (a test finds it) still
    answers, in general ones."""
    found = WORDS.get(code) or REFUSALS.get(code) or WORDS["refused"]
    title, mend = (found.zh, found.mend_zh) if language == "zh" else (found.en, found.mend_en)
    gaps = _Gaps(about)
    return Problem(
        f"urn:roost:problem:{code}",
        title.format_map(gaps),
        status,
        code,
        mend.format_map(gaps),
        dict(about),
    )


class _Gaps(dict[str, str]):
    """A parameter that is missing shows as its name: words never fail."""

    def __missing__(self, key: str) -> str:
        return key


def answer(connection: ASGIConnection[Any, Any, Any, Any], trouble: Trouble) -> Response[bytes]:
    """A trouble as the response that goes out."""
    language = language_of(connection)
    body = problem(trouble.code, trouble.status, trouble.about, language)
    return Response(
        msgspec.json.encode(body),
        status_code=trouble.status,
        media_type=PROBLEM_JSON,
        headers={**trouble.headers, "Content-Language": language},
    )


def _of_framework(error: HTTPException) -> Trouble:
    status = error.status_code
    if isinstance(error, NotFoundException):
        return not_found()
    if isinstance(error, MethodNotAllowedException):
        return Trouble(405, "method_not_allowed", headers=error.headers)
    if status == 413:
        return Trouble(413, "too_large", {"most": str(MOST_BODY)})
    if status == 415:
        return Trouble(415, "unsupported_media_type")
    if isinstance(error, ValidationException) or status == 400:
        return Trouble(400, "invalid_input", {"detail": _detail(error)})
    return Trouble(status if 400 <= status < 600 else 500, "fault")


def _detail(error: HTTPException) -> str:
    """The first field that doesn't fit; never what was sent (it may be personal)."""
    extra: Any = error.extra
    if isinstance(extra, list) and extra and isinstance(extra[0], dict):
        first = cast("dict[str, Any]", extra[0])
        key, message = first.get("key"), str(first.get("message", ""))
        return f"{key}: {message}" if key else message
    return "it can't be read"


def handle_trouble(request: Request[Any, Any, Any], error: Trouble) -> Response[bytes]:
    return answer(request, error)


def handle_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    return answer(request, _of_framework(error))


def handle_fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Our bug: noted with its traceback for us, told in one sentence to the caller."""
    _log.error("fault", path=request.url.path, exc_info=error)
    return answer(request, Trouble(500, "fault"))
