"""`roost apply`: shows what would change in a running centre, and puts it in force while calls
go on."""

import asyncio
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import typer
from msgspec import Struct
from rich.console import Console
from rich.text import Text

from roost.cli.check import checked, counted
from roost.cli.check import show as show_problems
from roost.cli.dry_run import show_consequences
from roost.cli.output import fail, result
from roost.definitions import Change, Loaded, load
from roost.definitions.application import Application
from roost.definitions.difference import ChangeKind
from roost.definitions.would_change import WouldChange
from roost.processes.first_start import NewAccount

if TYPE_CHECKING:
    from roost.processes.stores import Store

ANSWER_S: Final = 15.0  # how long a running centre may take to answer its socket
MOST_SHOWN: Final = 200

SIGNS: Final = {
    ChangeKind.ADDED: ("+", "green"),
    ChangeKind.REMOVED: ("-", "red"),
    ChangeKind.CHANGED: ("~", "yellow"),
}


class Applied(Struct, frozen=True):
    """The result for scripts. `applied` is false when nothing differs, or nobody agreed."""

    applied: bool
    version: str
    changes: tuple[Change, ...]
    accounts: tuple[NewAccount, ...] = ()


class NotApplied(Exception):
    """It couldn't be put in force; the message says why. What was in force still is."""


class Target(Protocol):
    """A centre to apply to."""

    def changes(self, loaded: Loaded) -> Sequence[Change]:
        """What differs from what's in force. Raises NotApplied."""
        ...

    def put(self, loaded: Loaded) -> Sequence[NewAccount]:
        """Puts it in force; the accounts made for new people. Raises NotApplied."""
        ...


def apply(
    directory: Annotated[Path, typer.Argument(help="The folder of definitions.")] = Path(),
    data: Annotated[
        Path | None, typer.Option("--data", help="The running centre's data (default DIR/.roost).")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, now too; change nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Show the difference and put it in force while calls go on."""
    loaded = load(directory)
    if not isinstance(loaded, Loaded):
        show_problems(checked(directory), Console(stderr=True))
        fail(f"{directory} stays as it is in force: mend it and apply again.")
    try:
        if dry_run:
            found = would_change(directory, data, loaded)
            result(found, as_json, lambda: show_dry_run(found, Console()))
            return
        done = put_in_force(RunningCentre(directory, data), loaded, yes or as_json, not as_json)
    except NotApplied as error:
        fail(str(error))
    result(done, as_json, lambda: show(done, Console()))


def put_in_force(target: Target, loaded: Loaded, yes: bool, aloud: bool = True) -> Applied:
    """Shows the changes (`aloud`), asks unless `yes`, and puts them in force. Raises
    NotApplied."""
    changes = tuple(target.changes(loaded))
    if aloud:
        show_changes(changes, Console())
    if changes and not yes and not typer.confirm("Put this in force?"):
        return Applied(False, loaded.version, changes)
    # Without a change too: names and caller lists lie in the vault, and an earlier attempt
    # may have ended half-way.
    accounts = tuple(target.put(loaded))
    return Applied(bool(changes), loaded.version, changes, accounts)


def would_change(directory: Path, data: Path | None, loaded: Loaded) -> WouldChange:
    """The definitions' difference, and what it would do now where the centre runs. Raises
    NotApplied."""
    from roost.processes import dry_run, settings

    try:
        return dry_run.would_change(settings.launch(directory, data), loaded)
    except (settings.BadSettings, dry_run.CannotSay) as error:
        raise NotApplied(str(error)) from None


def show_dry_run(found: WouldChange, console: Console) -> None:
    show_changes(found.changes, console)
    show_consequences(found.now, console)


def show_changes(changes: Sequence[Change], console: Console) -> None:
    """By file, each value before and after."""
    file = ""
    for change in changes[:MOST_SHOWN]:
        if change.file != file:
            file = change.file
            console.print(Text(file, "bold"), soft_wrap=True)
        sign, colour = SIGNS[change.kind]
        before, after = short(change.before), short(change.after)
        values = f"{before} → {after}" if before and after else before or after
        console.print(
            Text.assemble(f"  {sign} ", (change.place or "the whole file", colour), f"  {values}"),
            soft_wrap=True,
        )
    if len(changes) > MOST_SHOWN:
        console.print(f"  … and {len(changes) - MOST_SHOWN} more")
    if not changes:
        console.print("Nothing differs from what's in force.")


def short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def show(done: Applied, console: Console) -> None:
    if done.applied:
        count = counted(len(done.changes), "change")
        console.print(f"In force: version {done.version[:12]}, {count}.")
    elif done.changes:
        console.print("Left as it was.")
    for one in done.accounts:
        console.print(f"  new account {one.name} ({one.role.value}): {one.password}")


class RunningCentre:
    """The centre whose folder this is, running on this machine. `data` as for `roost up`."""

    def __init__(self, directory: Path, data: Path | None) -> None:
        from roost.processes import settings

        try:
            self.launch = settings.launch(directory, data)
        except settings.BadSettings as error:
            raise NotApplied(str(error)) from None
        places = self.launch.places
        if not places.control_socket.exists():
            raise NotApplied(
                f"no centre runs on {places.data}: start it with `roost up {directory}`, or name"
                " its --data."
            )

    @cached_property
    def store(self) -> "Store":
        """Its streams."""
        from roost.processes.stores import store_of

        return store_of(self.launch.places)

    def changes(self, loaded: Loaded) -> Sequence[Change]:
        """What differs from what's in force."""
        return self.plan(loaded).changes

    def plan(self, loaded: Loaded) -> Application:
        """What would put it in force. Raises NotApplied."""
        from roost.processes.dry_run import CannotSay, plan

        try:
            return plan(self.launch, loaded)
        except CannotSay as error:
            raise NotApplied(str(error)) from None

    def put(self, loaded: Loaded) -> Sequence[NewAccount]:
        """Secrets and accounts of new people first, then prompts, settings and cell."""
        from roost.processes import first_start, secrets

        try:
            made = first_start.prepare(self.launch, list(loaded.agents.document.agents))
        except secrets.BadSecrets as error:
            raise NotApplied(str(error)) from None
        asyncio.run(self._put())
        return made

    async def _put(self) -> None:
        from roost.adapters.clock.wall import CellClock
        from roost.adapters.link.client import LinkClient
        from roost.ports.log import Deposed, LogFailed
        from roost.processes import first_definitions, travelling
        from roost.processes.putting_in_force import NotInForce

        link = LinkClient(self.launch.places.control_socket, travelling.travelling())
        await link.start()
        try:
            async with asyncio.timeout(ANSWER_S):
                await link.connected.wait()
            await first_definitions.put_in_force(
                self.launch, self.store, CellClock(), link, _Quiet()
            )
        except TimeoutError:
            raise NotApplied("the centre doesn't answer: look at log/control.log.") from None
        except (NotInForce, LogFailed, Deposed) as error:
            raise NotApplied(str(error)) from None
        finally:
            await link.stop()


class _Quiet:
    """A log that says nothing on the way but what should be looked at: the result is told at
    the end."""

    def warning(self, _: str, *, problem: str = "") -> None:
        sys.stderr.write(f"{problem}\n")

    def info(self, _: str, **__: object) -> None:
        sys.stderr.flush()
