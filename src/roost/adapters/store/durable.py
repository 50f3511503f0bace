"""A small file replaced so that a power cut leaves the old one or the new one, whole."""

import os
from pathlib import Path


def replace(path: Path, content: bytes) -> None:
    """Readable by its owner only. Raises OSError; then the file is as it was."""
    fresh = path.with_name(f"{path.name}.new")
    file = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        os.fchmod(file, 0o600)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
    finally:
        os.close(file)
    os.replace(fresh, path)
    sync(path.parent)


def sync(folder: Path) -> None:
    """The folder's entries reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
