"""`roost contacts`: what happened to each: list, show, listen."""

import shutil
import subprocess
from pathlib import Path
from typing import Annotated, Final

import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text

from roost.cli.output import fail, result
from roost.cli.reading import Centre, Data, Files, Json, client_and_count
from roost.floor.queues.messages import Outcome
from roost.kernel.ids import AgentId, ClientId, QueueId
from roost.kernel.money import Money
from roost.office.reasons import sentence
from roost.ports.recordings import Side, Sound
from roost.ports.records import ContactFilter, ContactRecord, ContactSummary

app = typer.Typer(help="What happened to each contact: list, show, listen.")

Id = Annotated[str, typer.Argument(help="The contact, as CLIENT-COUNT or COUNT.")]
PLAYERS: Final = (("aplay", "-q"), ("play", "-q"), ("ffplay", "-autoexit", "-nodisp"))
CHUNK: Final = 64 * 1024
WIDE: Final = 140  # columns from which a list shows everything
RIGHT: Final = frozenset(
    ("in/out/lost", "jitter", "rang", "talk", "hold", "wrap-up", "quantity", "rate", "amount")
)
WHOLE: Final = frozenset(("leg", "from", "up", "to", "in/out/lost", "jitter", "amount"))


class Shown(Struct, frozen=True):
    """A contact with the personal values that its ids stand for."""

    caller: str
    notes: tuple[str, ...]
    unbilled: str | None
    record: ContactRecord


@app.command("list")
def list_(
    client: Annotated[str, typer.Option("--client", help="Only this client's.")] = "",
    queue: Annotated[str, typer.Option("--queue", help="Only this queue's: CLIENT/NAME.")] = "",
    agent: Annotated[str, typer.Option("--agent", help="Only this agent's.")] = "",
    outcome: Annotated[str, typer.Option("--outcome", help="answered, abandoned…")] = "",
    code: Annotated[str, typer.Option("--code", help="Only with this wrap-up code.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many.")] = 25,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """The newest contacts."""
    if outcome and outcome not in list(Outcome):
        fail(f"unknown outcome {outcome!r}: use one of {', '.join(Outcome)}.", 2)
    which = ContactFilter(
        owner=ClientId(client) if client else None,
        queue=QueueId(queue) if queue else None,
        agent=AgentId(agent) if agent else None,
        outcome=Outcome(outcome) if outcome else None,
        code=code or None,
    )
    files = Files(directory, data)
    found = files.records.contacts(which, None, limit)
    result(found, as_json, lambda: show_list(files, found, Console()))
    files.close()


def show_list(files: Files, found: list[ContactSummary], console: Console) -> None:
    """One line a contact, the newest last, as a terminal scrolls; a narrow one gets less."""
    wide = console.width >= WIDE
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("contact", "arrived", "caller", "queue", "outcome"):
        table.add_column(column, no_wrap=True)
    table.add_column("waited", justify="right", no_wrap=True)
    for column in ("talked", "reason", "agent", "ended") if wide else ():
        table.add_column(column, no_wrap=True)
    table.add_column("earned", justify="right", no_wrap=True)
    for one in reversed(found):
        more = (clock(one.talk_us), one.reason, " ".join(one.agents), ended(one))
        table.add_row(
            f"{one.client}-{one.count}",
            files.when(one.arrived)[0 if wide else 11 :],
            files.text(one.client, one.caller),
            "" if one.queue is None else one.queue.removeprefix(f"{one.client}/"),
            Text("" if one.outcome is None else one.outcome.value, colour(one.outcome)),
            clock(one.waited_us),
            *(more if wide else ()),
            "" if one.earned is None else str(one.earned),
        )
    console.print(table)


def colour(outcome: Outcome | None) -> str:
    if outcome is Outcome.ANSWERED:
        return "green"
    return "red" if outcome in (Outcome.ABANDONED, Outcome.ENDED_BY_US) else "yellow"


def clock(length_us: int) -> str:
    """Microseconds as 2:05; nothing for nothing."""
    whole = round(length_us / 1_000_000)
    return f"{whole // 60}:{whole % 60:02}" if whole else ""


def ended(one: ContactSummary) -> str:
    if one.ended is None or one.ended_by is None or one.ended_why is None:
        return "goes on"
    return f"{one.ended_by.value}: {one.ended_why.value}"


@app.command("show")
def show(
    id: Id,
    why: Annotated[
        bool, typer.Option("--why", help="With its history, and the reason of each decision.")
    ] = False,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """One contact: legs, segments, recordings, priced lines, and (--why) its history."""
    files = Files(directory, data)
    client, count = client_and_count(files, id)
    record = found(files, client, count)
    notes = tuple(files.text(client, segment.note) for segment in record.segments)
    shown = Shown(
        caller=files.text(client, record.summary.caller),
        notes=notes,
        unbilled=files.records.unbilled(client, count),
        record=record,
    )
    result(shown, as_json, lambda: show_one(files, shown, why, Console()))
    files.close()


def found(files: Files, client: ClientId, count: int) -> ContactRecord:
    """The record; exit status 1 when there's none."""
    record = files.records.contact(client, count)
    if record is None:
        fail(f"there's no contact {client}-{count}: `roost contacts list` shows the newest.")
    return record


def show_one(files: Files, shown: Shown, why: bool, console: Console) -> None:
    record, one = shown.record, shown.record.summary
    console.print(
        Text.assemble((f"{one.client}-{one.count}", "bold"), f"  {files.when(one.arrived)}  ")
        + Text(f"{shown.caller or 'unknown caller'} → {one.number}  {ended(one)}"),
        soft_wrap=True,
    )
    legs = _table("leg", "from", "up", "to", "ended by", "in/out/lost", "jitter", "MOS")
    for leg in record.legs:
        by = "" if leg.blame is None or leg.reason is None else f"{leg.blame}: {leg.reason}"
        legs.add_row(
            "caller" if leg.agent is None else f"agent {leg.agent}",
            files.when(leg.started)[11:],
            files.when(leg.connected)[11:],
            files.when(leg.ended)[11:],
            by,
            f"{leg.received}/{leg.sent}/{leg.lost}",
            f"{leg.jitter_us / 1000:.1f} ms",
            "/".join(f"{score:.1f}" for score in (leg.mos_in, leg.mos_out) if score is not None),
        )
    console.print("", legs, sep="\n")
    if record.segments:
        segments = _table("segment", "queue", "rang", "talk", "hold", "wrap-up", "code", "note")
        for segment, note in zip(record.segments, shown.notes, strict=True):
            segments.add_row(
                f"agent {segment.agent}",
                segment.queue.removeprefix(f"{one.client}/"),
                *(clock(length) for length in (segment.rang_us, segment.talk_us)),
                *(clock(length) for length in (segment.hold_us, segment.wrap_up_us)),
                segment.code,
                note,
            )
        console.print("", segments, sep="\n")
    _show_money(shown, console)
    _show_in_turn(files, record, console)
    for track in record.tracks:
        side = "caller" if track.agent is None else f"agent {track.agent}"
        gap = f", {track.gap_us / 1_000_000:.2f} s missing" if track.gap_us else ""
        console.print(f"{track.purpose.value} of {side}: {clock(track.length_us) or '0:00'}{gap}")
    if why:
        for moment in record.history:
            said = sentence(moment.what, moment.detail)
            plain = (f"{name}={value}" for name, value in moment.detail.items())
            detail = "  ".join(plain) if said is None else said.en
            line = Text.assemble(
                (f"{moment.number:>8} {files.when(moment.at)[11:]} ", "dim"),
                (f"{moment.what}  ", "bold"),
                detail[:600],
            )
            console.print(line, soft_wrap=True)


def _show_in_turn(files: Files, record: ContactRecord, console: Console) -> None:
    """A promised call: where it was promised, and each try."""
    found, client = record.in_turn, record.summary.client
    if found is None:
        return
    if found.first is not None:
        console.print(f"a call was promised in {client}-{found.first.count}")
    for one in found.tries:
        promised, ended = files.when(one.promised)[11:], files.when(one.ended)[11:]
        console.print(f"  {client}-{one.count}  {promised}–{ended or '…'}  {one.outcome}")


def _show_money(shown: Shown, console: Console) -> None:
    if not shown.record.lines:
        console.print(f"no line on the invoice: {shown.unbilled or 'unknown'}")
        return
    lines = _table("line", "", "quantity", "rate", "amount", "from events")
    total: Money | None = shown.record.summary.earned
    for line in shown.record.lines:
        lines.add_row(
            line.line,
            line.name,
            f"{line.quantity} {line.unit}",
            line.rate,
            str(line.amount),
            ", ".join(str(number) for number in line.events),
        )
    console.print("", lines, sep="\n")
    if total is not None:
        console.print(f"earned {total}\n")


def _table(*columns: str) -> Table:
    """As the list's: words left, figures right, an empty line before it."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(
            column, justify="right" if column in RIGHT else "left", no_wrap=column in WHOLE
        )
    return table


@app.command("listen")
def listen(
    id: Id,
    to: Annotated[Path | None, typer.Option("--to", help="Write the WAV file here.")] = None,
    directory: Centre = Path(),
    data: Data = None,
) -> None:
    """Hear a contact's recording: the caller left, agents right."""
    files = Files(directory, data)
    client, count = client_and_count(files, id)
    record = found(files, client, count)
    sides = [Side(track.file, track.started, track.agent is None) for track in record.tracks]
    if not sides:
        fail(f"{client}-{count} has no recording.")
    sound = files.recordings.open(client, sides)
    if sound is None:
        fail("the recording is gone: erased, past its retention, or its client's key is.")
    try:
        _play(sound, to)
    finally:
        sound.close()
        files.close()


def _play(sound: Sound, to: Path | None) -> None:
    if to is not None:
        with to.open("wb") as file:
            for start in range(0, sound.size, CHUNK):
                file.write(sound.read(start, CHUNK))
        Console().print(f"{to}: {sound.size} bytes", soft_wrap=True)
        return
    player = next((one for one in PLAYERS if shutil.which(one[0])), None)
    if player is None:
        fail("there's no player (aplay, play, ffplay): write it with --to FILE.wav.")
    with subprocess.Popen([*player, "-"], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        try:
            for start in range(0, sound.size, CHUNK):
                process.stdin.write(sound.read(start, CHUNK))
            process.stdin.close()
        except BrokenPipeError:
            process.wait()  # it gave up, and its status says so
    if process.returncode:
        fail(f"{player[0]} ended with status {process.returncode}: use --to FILE.wav.")
