"""A Range header's one span (RFC 9110, 14.2). Several spans at once are answered whole."""


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes [start, end) to send: all of them where the header is missing or isn't one
    that we know (the RFC: ignore it); None when it can't be satisfied."""
    if header is None or not header.startswith("bytes=") or "," in header:
        return 0, size
    first, dash, last = header[6:].strip().partition("-")
    plain = all(part == "" or (part.isascii() and part.isdigit()) for part in (first, last))
    if not dash or not plain or len(header) > 60 or (not first and not last):
        return 0, size
    if not first:
        length = int(last)
        return None if length == 0 else (max(0, size - length), size)
    start = int(first)
    end = size if not last else min(size, int(last) + 1)
    if last and int(last) < start:
        return 0, size
    return None if start >= size else (start, end)
