"""`roost doctor`: what this machine has, what it lacks, and the mend for each."""

import os
import platform
import resource
import shutil
import socket
import sqlite3
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from roost.cli.output import result
from roost.processes import settings

MB: Final = 1 << 20
LEAST_DISK_MB: Final = 500
LEAST_FILES: Final = 4_096  # a call has two legs of two sockets each, and SIP
BUFFER_BYTES: Final = 4 * MB
PARTS: Final = (
    "msgspec",
    "sqlalchemy",
    "litestar",
    "uvicorn",
    "uvloop",
    "httpx",
    "cryptography",
    "psycopg",
)


class Finding(Struct, frozen=True):
    """`ok`, or `warning` (it works, less well), or `missing` (it doesn't)."""

    what: str
    state: str
    found: str
    mend: str = ""


def doctor(directory: Path, as_json: bool) -> None:
    """Exit status 1 when something is missing without which a centre can't start."""
    findings = look(directory)
    result(findings, as_json, lambda: _show(findings))
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(1)


def look(directory: Path) -> list[Finding]:
    """Everything that's looked at, in the order of the report."""
    found = [_python(), *(_part(name) for name in PARTS), _sqlite()]
    found += [_speech(), _fonts(), _cores(), _files(), _buffers()]
    try:
        read = settings.launch(directory)
    except settings.BadSettings as error:
        return [*found, Finding("roost.toml", "missing", "can't be used", str(error))]
    return [*found, *_database(read), _disk(read), *_ports(read)]


def _python() -> Finding:
    fine = sys.version_info >= (3, 11)
    return Finding(
        "Python",
        "ok" if fine else "missing",
        platform.python_version(),
        "" if fine else "Install Python 3.11 or newer, then `make setup`.",
    )


def _part(name: str) -> Finding:
    try:
        return Finding(name, "ok", version(name))
    except PackageNotFoundError:
        return Finding(name, "missing", "not installed", "Run `make setup`.")


def _sqlite() -> Finding:
    fine = sqlite3.sqlite_version_info >= (3, 37)
    return Finding(
        "SQLite",
        "ok" if fine else "missing",
        sqlite3.sqlite_version,
        "" if fine else "Needs 3.37 or newer: use a newer Python build.",
    )


def _speech() -> Finding:
    path = shutil.which("espeak-ng")
    if path:
        return Finding("espeak-ng", "ok", path)
    mend = "Install it (apt install espeak-ng), or give recordings for every prompt."
    return Finding("espeak-ng", "warning", "not installed: prompts can't be spoken", mend)


def _fonts() -> Finding:
    from typst import Fonts

    if "Noto Sans CJK SC" in Fonts().families():
        return Finding("fonts", "ok", "invoices can be printed in Chinese and English")
    mend = "Install it (apt install fonts-noto-cjk)."
    return Finding("fonts", "warning", "Noto Sans CJK isn't there: invoices lack glyphs", mend)


def _cores() -> Finding:
    count = len(os.sched_getaffinity(0))
    if count >= 2:
        return Finding("cores", "ok", str(count))
    mend = "Give it two: media and signalling each keep one busy under load."
    return Finding("cores", "warning", str(count), mend)


def _files() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 1 << 30 if hard == resource.RLIM_INFINITY else hard
    if most >= LEAST_FILES:
        return Finding("open files", "ok", f"{soft} (may be raised to {most})")
    mend = f"Raise the limit to {LEAST_FILES}: ulimit -n, or LimitNOFILE= of its unit."
    return Finding("open files", "warning", str(most), mend)


def _buffers() -> Finding:
    try:
        most = int(Path("/proc/sys/net/core/rmem_max").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return Finding("receive buffers", "warning", "unknown", "No /proc: is this Linux?")
    if most >= BUFFER_BYTES:
        return Finding("receive buffers", "ok", f"{most} bytes")
    mend = (
        f"sysctl -w net.core.rmem_max={BUFFER_BYTES}: what waits for a restarting process"
        " fits in no less."
    )
    return Finding("receive buffers", "warning", f"at most {most} bytes", mend)


def _disk(launch: settings.Launch) -> Finding:
    folder = launch.places.data
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // MB
    if free >= LEAST_DISK_MB:
        return Finding("disk", "ok", f"{free} MB free in {folder}")
    mend = "Make room, or give --data a place with more: a minute recorded takes 1 MB."
    return Finding("disk", "warning", f"{free} MB free in {folder}", mend)


def _database(launch: settings.Launch) -> list[Finding]:
    """The log's and the views' database, where the centre has one."""
    url = launch.settings.store
    if not url:
        return []
    from roost.processes.database import NotReady, check, named, version_of

    try:
        version = version_of(url)
        check(url)
    except NotReady as error:
        return [Finding("PostgreSQL", "missing", named(url), str(error))]
    return [Finding("PostgreSQL", "ok", f"{version}, {named(url)}")]


def _ports(launch: settings.Launch) -> list[Finding]:
    read = launch.settings
    wanted = (
        ("HTTP port", read.http.bind, read.http.port, socket.SOCK_STREAM, "--port"),
        ("SIP port, UDP", read.sip.bind, read.sip.port, socket.SOCK_DGRAM, "--sip-port"),
        ("SIP port, TCP", read.sip.bind, read.sip.port, socket.SOCK_STREAM, "--sip-port"),
    )
    return [_port(*one) for one in wanted]


def _port(what: str, host: str, port: int, kind: socket.SocketKind, option: str) -> Finding:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1 if kind == 1 else 0)
        try:
            tried.bind((host, port))
        except OSError as error:
            mend = f"If that isn't this centre itself: end the other program, or use {option}."
            return Finding(what, "warning", f"{host}:{port}: {error.strerror}", mend)
    return Finding(what, "ok", f"{host}:{port} is free")


def _show(findings: list[Finding]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    styles = {"ok": "green", "warning": "yellow", "missing": "bold red"}
    for one in findings:
        table.add_row(one.what, f"[{styles[one.state]}]{one.state}", one.found, one.mend)
    Console().print(table)
