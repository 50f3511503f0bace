"""A recording for a player: whole or by parts, and noted in the audit trail before it's heard."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from litestar import Request, Response
from litestar.response import Stream

from roost.kernel.ids import ClientId, Owner
from roost.office.audit.messages import RecordingHeard
from roost.ports.recordings import Side, Sound
from roost.web.audit import Notes
from roost.web.limits import MOST_RANGE
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble
from roost.web.ranges import wanted_range


async def played(
    request: Request[object, object, object],  # pyright: ignore[reportInvalidTypeArguments]
    client: ClientId,
    ref: str,
    sides: Sequence[Side],
    caller: Caller,
    parts: Parts,
    notes: Notes,
) -> Response[bytes] | Stream:
    """The sides as one WAV file, or the part that the Range header asks for (RFC 9110, 14).
    Raises Trouble: no_recording, bad_range, not_noted."""
    if not sides:
        raise Trouble(404, "no_recording")
    sound = await asyncio.to_thread(parts.recordings.open, client, sides)
    if sound is None:
        raise Trouble(404, "no_recording")
    whole = (0, sound.size)
    span = wanted_range(request.headers.get("range"), sound.size)
    if span is None:
        await asyncio.to_thread(sound.close)
        about, size = {"size": str(sound.size)}, {"Content-Range": f"bytes */{sound.size}"}
        raise Trouble(416, "bad_range", about, size)
    start, end = span
    try:
        await notes.note_once(caller, RecordingHeard(owner=Owner(client), ref=ref))
    except Trouble:
        await asyncio.to_thread(sound.close)
        raise
    headers = {"Accept-Ranges": "bytes", "Content-Length": str(end - start)}
    if span != whole:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{sound.size}"
    status = 200 if span == whole else 206
    return Stream(
        _sound(sound, start, end), status_code=status, media_type="audio/wav", headers=headers
    )


async def _sound(sound: Sound, start: int, end: int) -> AsyncIterator[bytes]:
    try:
        while start < end:
            part = await asyncio.to_thread(sound.read, start, min(MOST_RANGE, end - start))
            if not part:
                return
            start += len(part)
            yield part
    finally:
        await asyncio.to_thread(sound.close)
