"""`roost up`: checks, makes what a first start needs, and runs the supervisor."""

import sys
from pathlib import Path

import typer

from roost.adapters.store.master import KeysUnusable
from roost.cli.output import fail
from roost.definitions.load import Loaded, load
from roost.processes import certificates, first_start, secrets, settings, sockets, supervise


def up(
    directory: Path,
    data: Path | None,
    port: int | None,
    sip_port: int | None,
    for_s: float | None,
    media_ports: str | None = None,
) -> None:
    """Ends with status 0 after an ordered stop; 1 when it couldn't start, with the mend."""
    try:
        launch = settings.launch(directory, data, port, sip_port, _ports(media_ports))
        _check_store(launch)
        loaded = checked(directory)
        made = first_start.prepare(launch, list(loaded.agents.document.agents))
        master = first_start.master_key(launch)
        supervisor = supervise.Supervisor(launch, say)
        tell_accounts(made)
        tell_master_key(master)
        status = supervisor.run(for_s, lambda: _ready(launch, loaded))
    except (
        settings.BadSettings,
        secrets.BadSecrets,
        sockets.PortTaken,
        supervise.AlreadyRunning,
    ) as error:
        fail(str(error))
    except KeysUnusable as error:
        fail(str(error))
    except PermissionError as error:
        fail(f"{error.filename} can't be used: {error.strerror}. Give --data a folder of yours.")
    raise typer.Exit(status)


def _check_store(launch: settings.Launch) -> None:
    """A database that isn't ready is said before anything starts. Exit status 1."""
    if not launch.settings.store:
        return
    from roost.processes.database import NotReady, check

    try:
        check(launch.settings.store)
    except NotReady as error:
        fail(str(error))


def _ports(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    first, _, last = text.partition("-")
    if not (first.isdigit() and last.isdigit()):
        raise settings.BadSettings(f"--media-ports {text!r}: give FIRST-LAST, as 20000-29999.")
    return int(first), int(last)


def checked(directory: Path) -> Loaded:
    """The folder's definitions; status 1 with every problem when there is one."""
    loaded = load(directory)
    if not isinstance(loaded, Loaded):
        for problem in loaded:
            sys.stderr.write(f"{problem}\n")
        fail(f"{directory}: {len(loaded)} problems; mend them, or name another folder.")
    return loaded


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def tell_accounts(made: tuple[first_start.NewAccount, ...]) -> None:
    """The one time that these passwords are seen."""
    if not made:
        return
    say("New accounts (these passwords are shown only now):")
    for one in made:
        say(f"  {one.name:12} {one.password}   {one.role.value}")


def tell_master_key(made: Path | None) -> None:
    """Once, when it's made: without a copy of it a backup is worth nothing."""
    if made is None:
        return
    say(f"A master key was made: {made}")
    say("  Copy it now to where the backups of the data don't lie. Without it they tell nothing")
    say("  about anybody, to you either; with it whoever has them reads every note and recording.")


def _ready(launch: settings.Launch, loaded: Loaded) -> None:
    read = launch.settings
    numbers = [n for c in loaded.clients.values() for n in c.client.document.numbers]
    sip = f"{read.sip.advertised()}:{read.sip.port}"
    say(f"{loaded.centre.document.name} is up.")
    for number in numbers[:5]:
        say(f"  call    sip:{number}@{sip}")
    say(f"  web     {read.http.url}")
    if (made := certificates.ensure(launch)) is not None and made.own:
        say(f"          a certificate of our own: compare {made.fingerprint}")
    say(f"  watch   roost watch --data {launch.data}")
    say("  stop    Ctrl-C (calls may end by themselves; twice: at once)")
