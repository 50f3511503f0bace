"""Bytes to messages: datagrams and streams (RFC 3261 7, 18.3; RFC 5626 3.5.1 for pings).

Only the start line, the split into headers and the length are settled here; header values
are read when somebody asks (`headers.py`), and a request's rules are `validate.py`. What
can't be a message raises `Malformed`, which carries what an answer would copy.
"""

import re
from typing import Final

from roost.protocols.sip.message import (
    SPELLINGS,
    Headers,
    Message,
    Request,
    Response,
    full_name,
)

MAX_MESSAGE_BYTES: Final = 65_535
MAX_HEADERS: Final = 256  # lines
MAX_HEADER_BYTES: Final = 8_192  # one line, folds undone
MAX_HEAD_BYTES: Final = 32_768  # start line and headers together
MAX_STREAM_PINGS: Final = 64  # line breaks between messages in one piece of a stream

COPIED: Final = ("Via", "From", "To", "Call-ID", "CSeq")  # 8.2.6.2
PING: Final = b"\r\n\r\n"
PONG: Final = b"\r\n"

_FOLD: Final = re.compile(r"\r\n[ \t]+")
_REQUEST_LINE: Final = re.compile(
    r"([A-Za-z0-9\-.!%*_+`'~]+) ([^ \t\r\n<>\"\x00-\x20]+) ([Ss][Ii][Pp]/[0-9]+\.[0-9]+)"
)
_STATUS_LINE: Final = re.compile(r"[Ss][Ii][Pp]/2\.0 ([1-6][0-9][0-9])(?: ([^\r\n]*))?")
_METHOD: Final = re.compile(r"([A-Za-z0-9\-.!%*_+`'~]+)[ \t]")
_NAME: Final = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
_DIGITS: Final = re.compile(r"[0-9]{1,10}")


class Malformed(Exception):
    """Bytes that aren't a SIP message. A value in a stream's list, raised by `parse`.

    `partial` holds the headers that an answer copies (Via, From, To, Call-ID, CSeq), where
    all five were there; `method` is the request's as far as it could be read. `answerable`
    is false for responses, ACK and what has no return address: these are only counted.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        partial: Headers | None = None,
        method: str | None = None,
        fatal: bool = False,
    ) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason
        self.partial = partial
        self.method = method
        self.fatal = fatal  # of a stream: its framing is lost, close it after the answer

    @property
    def answerable(self) -> bool:
        return self.partial is not None and self.method not in (None, "ACK")


def is_keep_alive(data: bytes) -> bool:
    """A datagram of line breaks or zero bytes only, as NAT keep-alives are."""
    return len(data) <= 4 and not data.strip(b"\r\n\0")


def parse(data: bytes) -> Message:
    """One datagram. The body is cut to Content-Length where that's shorter (18.3); raises
    Malformed."""
    if len(data) > MAX_MESSAGE_BYTES:
        raise Malformed(513, "Message Too Large")
    if data[:2] == b"\r\n":
        data = data.lstrip(b"\r\n")  # 7.5: line breaks before the start line are ignored
    head, gap, body = data.partition(b"\r\n\r\n")
    if not gap:
        raise _broken(head, 400, "End of headers missing")
    message = _read_head(head)
    length = message.headers.lines.get("Content-Length")
    if length is None:
        message.body = body
        return message
    size = _length(head, length)
    if size > len(body):
        raise _broken(head, 400, "Content-Length longer than the message")
    message.body = body[:size] if size < len(body) else body
    return message


def _length(head: bytes, value: str) -> int:
    first, more, rest = value.partition("\n")
    first = first.strip()
    if _DIGITS.fullmatch(first) is None or (
        more and any(other.strip() != first for other in rest.split("\n"))
    ):
        raise _broken(head, 400, "Bad Content-Length", fatal=True)
    return int(first)


def _read_head(head: bytes) -> Message:
    """Start line and headers (without the empty line that ends them)."""
    if len(head) > MAX_HEAD_BYTES:
        raise _broken(head, 513, "Headers too large", fatal=True)
    text = head.decode("utf-8", "surrogateescape")
    if "\r\n " in text or "\r\n\t" in text:
        text = _FOLD.sub(" ", text)
    lines = text.split("\r\n")
    if len(lines) > MAX_HEADERS + 1:
        raise _broken(head, 513, "Too many headers")
    start = lines[0]
    values: dict[str, str] = {}
    del lines[0]
    known = SPELLINGS
    for line in lines:
        name, colon, value = line.partition(":")
        key = known.get(name)
        if key is None:
            name = name.rstrip(" \t")
            if not colon or _NAME.fullmatch(name) is None:
                raise _broken(head, 400, "Bad header line")
            key = full_name(name)
        value = value.strip(" \t")
        if key in values:
            values[key] = f"{values[key]}\n{value}"
        else:
            values[key] = value
    if (
        "\n" in start
        or "\r" in start
        or text.count("\n") != len(lines)
        or (text.count("\r") != len(lines))
    ):
        raise _broken(head, 400, "Bare line break")
    if len(text) > MAX_HEADER_BYTES and any(len(line) > MAX_HEADER_BYTES for line in lines):
        raise _broken(head, 513, "Header too long")
    return _start(head, start, Headers(values))


def _start(head: bytes, line: str, headers: Headers) -> Message:
    if line[:4].upper() == "SIP/":
        match = _STATUS_LINE.fullmatch(line)
        if match is None:
            raise Malformed(400, "Bad status line")
        return Response(int(match[1]), match[2] or "", headers)
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise _broken(head, 400, "Bad request line")
    method, uri, version = match.groups()
    if version != "SIP/2.0" and version.upper() != "SIP/2.0":
        raise _broken(head, 505, "Version Not Supported")
    return Request(method, uri, headers)


def _broken(head: bytes, status: int, reason: str, fatal: bool = False) -> Malformed:
    """Reads once more, slowly and leniently, for what an answer needs."""
    text = head[:MAX_HEAD_BYTES].decode("utf-8", "surrogateescape")
    lines = re.split("\r\n|\n|\r", _FOLD.sub(" ", text.lstrip("\r\n")))
    method = _METHOD.match(lines[0])
    if method is None or lines[0][:4].upper() == "SIP/":
        return Malformed(status, reason, None, None, fatal)
    found: dict[str, str] = {}
    for line in lines[1 : MAX_HEADERS + 1]:
        name, colon, value = line.partition(":")
        key = full_name(name.strip())
        if colon and key in COPIED and len(value) <= MAX_HEADER_BYTES:
            value = value.strip()
            if key not in found:
                found[key] = value
            elif key == "Via":
                found[key] = f"{found[key]}\n{value}"
    if len(found) < len(COPIED):
        return Malformed(status, reason, None, method[1], fatal)
    partial = Headers({name: found[name] for name in COPIED})
    return Malformed(status, reason, partial, method[1], fatal)


class StreamParser:
    """Messages out of a stream (18.3: framed by Content-Length, which must be there).

    `feed` gives what's complete; `pings` counts the double line breaks met since it was last
    read by `take_pings`, each to be answered with PONG (RFC 5626 4.4.1). After a Malformed
    with `fatal` nothing more is read: answer it and close.
    """

    __slots__ = ("_buffer", "_limit", "_need", "_pings", "closed")

    def __init__(self, limit: int = MAX_MESSAGE_BYTES) -> None:
        self._buffer = bytearray()
        self._limit = limit
        self._need = 0  # bytes without which another look isn't worth while
        self._pings = 0
        self.closed = False

    @property
    def buffered(self) -> int:
        return len(self._buffer)

    def take_pings(self) -> int:
        """Pings since the last call, at most MAX_STREAM_PINGS."""
        count, self._pings = self._pings, 0
        return count

    def feed(self, data: bytes) -> list[Request | Response | Malformed]:
        """Never raises; never holds more than the limit."""
        found: list[Request | Response | Malformed] = []
        if self.closed:
            return found
        self._buffer += data
        while not self.closed and len(self._buffer) >= self._need:
            try:
                message = self._next()
            except Malformed as trouble:
                found.append(trouble)
                if trouble.fatal:
                    self.closed = True
                    self._buffer.clear()
                continue
            if message is None:
                break
            found.append(message)
        return found

    def _skip_breaks(self) -> None:
        buffer = self._buffer
        skipped = 0
        while buffer.startswith(b"\r\n", skipped):
            skipped += 2
        if skipped:
            self._pings = min(MAX_STREAM_PINGS, self._pings + skipped // 4)
            # Half a ping stays, in case the other half is still to come.
            keep = 2 if skipped % 4 and bytes(buffer[skipped : skipped + 2]) in (b"", b"\r") else 0
            del buffer[: skipped - keep]

    def _next(self) -> Message | None:
        self._skip_breaks()
        buffer = self._buffer
        self._need = 0
        if PING.startswith(buffer):
            self._need = len(buffer) + 1
            return None
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(buffer) > min(MAX_HEAD_BYTES, self._limit):
                raise _broken(bytes(buffer), 513, "Headers too large", fatal=True)
            self._need = len(buffer) + 1
            return None
        head = bytes(buffer[:end])
        size = self._body_size(head)
        whole = end + 4 + size
        if whole > self._limit:
            raise _broken(head, 513, "Message Too Large", fatal=True)
        if len(buffer) < whole:
            self._need = whole
            return None
        body = bytes(buffer[end + 4 : whole])
        del buffer[:whole]
        message = _read_head(head)
        message.body = body
        return message

    def _body_size(self, head: bytes) -> int:
        """Content-Length from a head that may be malformed otherwise; without a usable one
        the stream's framing is lost."""
        values = _CONTENT_LENGTH.findall(head)
        if not values:
            raise _broken(head, 400, "Content-Length missing", fatal=True)
        first = values[0].strip()
        if _DIGITS.fullmatch(first.decode("latin-1")) is None or any(
            value.strip() != first for value in values
        ):
            raise _broken(head, 400, "Bad Content-Length", fatal=True)
        return int(first)


_CONTENT_LENGTH: Final = re.compile(rb"(?i)\r\n(?:content-length|l)[ \t]*:((?:[^\r\n]|\r\n[ \t])*)")
