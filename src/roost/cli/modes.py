"""`roost modes`: a surge, a closing or an emergency, declared from the centre's own machine."""

import asyncio
import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from roost.cli.output import fail, result
from roost.cli.reading import Centre, Data, Files, Json
from roost.floor.affected import ModeKind, Scope
from roost.kernel.ids import ClientId, CommandId, ModeId, QueueId, VaultId, owner_of
from roost.kernel.time import InstantUs

if TYPE_CHECKING:
    from roost.kernel.messages import Command, VaultPut

app = typer.Typer(help="Surge, closed and emergency: list, declare, end.")
ANSWER_S: Final = 15.0

Client = Annotated[str, typer.Argument(help="Whose callers.")]
Named = Annotated[str, typer.Argument(help="As `roost modes list` shows it.")]


class Shown(Struct, frozen=True):
    """One declaration. Instants are microseconds since 1970."""

    mode: str
    kind: str
    client: str
    queues: tuple[str, ...]
    lists: tuple[str, ...]
    begins: int
    ends: int
    announcement: str


@app.command("list")
def list_(directory: Centre = Path(), data: Data = None, as_json: Json = False) -> None:
    """What is in force, and what is to come."""
    files = Files(directory, data)
    found = _declared(files)

    def show() -> None:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in ("mode", "", "client", "queues", "until", "callers hear"):
            table.add_column(column)
        for one in found:
            queues = ", ".join(name.partition("/")[2] for name in one.queues) or "all"
            until = files.when(InstantUs(one.ends))
            table.add_row(one.mode, one.kind, one.client, queues, until, one.announcement)
        Console().print(table)

    result(found, as_json, show)


def _declared(files: Files) -> list[Shown]:
    from roost.floor.modes import messages as modes

    found: dict[str, modes.ModeDeclared] = {}
    ends: dict[str, InstantUs] = {}
    for envelope in files.events(files.cell, files.log.last(files.cell)):
        match envelope.body:
            case modes.ModeDeclared() as made:
                found[made.mode], ends[made.mode] = made, made.ends
            case modes.ModeExtended(mode=mode, ends=until):
                ends[mode] = until
            case modes.ModeOver(mode=mode):
                del found[mode]
            case _:
                pass
    return [
        Shown(
            one.mode,
            one.kind.value,
            one.scope.client,
            one.scope.queues,
            one.scope.lists,
            one.begins,
            ends[one.mode],
            one.announcement,
        )
        for one in found.values()
    ]


@app.command()
def declare(
    kind: Annotated[ModeKind, typer.Argument(help="surge, closed or emergency.")],
    client: Client,
    announcement: Annotated[
        str, typer.Option("--announcement", help="What callers hear, as client.yaml names it.")
    ] = "",
    queue: Annotated[
        list[str] | None, typer.Option("--queue", help="Only this one; may be repeated.")
    ] = None,
    callers: Annotated[
        list[str] | None, typer.Option("--callers", help="Only a list's; may be repeated.")
    ] = None,
    chose: Annotated[
        str, typer.Option("--chose", help="Only whose flow has set this: district=north.")
    ] = "",
    to: Annotated[
        str, typer.Option("--to", help="In an emergency: the queue for those who wait.")
    ] = "",
    for_: Annotated[str, typer.Option("--for", help="For how long, as 90m or 4h.")] = "1h",
    words: Annotated[str, typer.Option("--words", help="Why, for colleagues.")] = "",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Tell those whom it affects, from now on."""
    from roost.adapters.clock.wall import CellClock
    from roost.cli.main import seconds_of
    from roost.floor.modes import messages as modes
    from roost.kernel.messages import VaultPut

    owner, now = ClientId(client), CellClock().now()
    lasts = seconds_of(for_) or 0.0
    variable, _, value = chose.partition("=")
    place = VaultId(f"mode-cli-{now}")
    command = modes.DeclareMode(
        kind,
        Scope(
            owner,
            tuple(QueueId(f"{client}/{name}") for name in queue or ()),
            tuple(callers or ()),
            variable,
            value,
        ),
        InstantUs(now + round(lasts * 1_000_000)),
        announcement=announcement,
        to=QueueId(f"{client}/{to}") if to else None,
        words=place,
    )
    kept = msgspec.json.encode({"sender": getpass.getuser(), "text": words})
    put = VaultPut(place, owner_of(owner), kept)
    _give(directory, data, command, f"cli-declare-{now}", put)
    made = _declared(Files(directory, data))[-1]
    result(made, as_json, lambda: typer.echo(f"{made.mode} is in force."))


@app.command()
def end(
    mode: Named,
    withdrawn: Annotated[
        bool, typer.Option("--withdrawn", help="As if never declared; within a minute.")
    ] = False,
    directory: Centre = Path(),
    data: Data = None,
) -> None:
    """It's over at once."""
    from roost.adapters.clock.wall import CellClock
    from roost.floor.modes import messages as modes

    command = modes.EndMode(ModeId(mode), withdrawn)
    _give(directory, data, command, f"cli-end-{CellClock().now()}")
    typer.echo(f"{mode} is over.")


def _give(
    directory: Path, data: Path | None, command: "Command", id: str, *puts: "VaultPut"
) -> None:
    """To the running centre; exit status 1 with the words of a refusal."""
    from roost.kernel.words import words
    from roost.ports.commands import Done, Refused
    from roost.processes import settings

    try:
        launch = settings.launch(directory, data)
    except settings.BadSettings as error:
        fail(str(error))
    socket = launch.places.control_socket
    if not socket.exists():
        fail(f"no centre runs on {launch.places.data}: start it with `roost up {directory}`.")
    try:
        answer = asyncio.run(_asked(socket, command, CommandId(id), puts))
    except TimeoutError:
        fail("the centre doesn't answer: look at log/control.log.")
    if isinstance(answer, Refused):
        fail(" ".join(words(answer.refusal)))
    if not isinstance(answer, Done):
        fail("the centre can't do it at this moment; try again.")


async def _asked(
    socket: Path, command: "Command", id: CommandId, puts: "tuple[VaultPut, ...]"
) -> object:
    from roost.adapters.link.client import LinkClient
    from roost.kernel.actor import SETUP
    from roost.processes import travelling

    link = LinkClient(socket, travelling.travelling())
    await link.start()
    try:
        async with asyncio.timeout(ANSWER_S):
            await link.connected.wait()
            return await link(command, SETUP, id, puts)
    finally:
        await link.stop()
