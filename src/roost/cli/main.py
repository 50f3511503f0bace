"""The `roost` command: one function a command, its work imported only when it's called.

Exit status: 0 it worked, 1 it didn't (and why, on standard error), 2 wrong use.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from roost.adapters.store.master import KeysUnusable

app = typer.Typer(
    name="roost",
    help="An open-source cloud contact centre for outsourcers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Centre = Annotated[Path, typer.Argument(help="The folder with the centre's definitions.")]
Data = Annotated[
    Path | None, typer.Option("--data", help="Where it keeps its data (default: DIR/.roost).")
]
Url = Annotated[
    str | None,
    typer.Option("--url", envvar="ROOST_URL", help="Its web address, if it runs elsewhere."),
]


@app.command()
def up(
    directory: Centre = Path(),
    data: Data = None,
    port: Annotated[int | None, typer.Option("--port", help="HTTP port.")] = None,
    sip_port: Annotated[int | None, typer.Option("--sip-port", help="SIP port, UDP, TCP.")] = None,
    for_: Annotated[
        str | None, typer.Option("--for", help="Stop after so long, as 90s, 10m or 2h.")
    ] = None,
    media_ports: Annotated[
        str | None, typer.Option("--media-ports", help="RTP ports, as 20000-29999.")
    ] = None,
) -> None:
    """Start the centre whose definitions lie in DIRECTORY."""
    from roost.cli import up as command

    command.up(directory, data, port, sip_port, seconds_of(for_), media_ports)


@app.command()
def watch(
    directory: Centre = Path(),
    data: Data = None,
    url: Url = None,
    token: Annotated[
        str | None, typer.Option("--token", envvar="ROOST_TOKEN", help="An API token.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Draw one picture and end.")] = False,
    as_json: Json = False,
) -> None:
    """The live wallboard in the terminal, beside any running centre."""
    from roost.cli import watch as command

    command.watch(directory, data, url, token, once, as_json)


@app.command()
def call(
    uri: Annotated[str, typer.Argument(help="Whom to call, as sip:95598@127.0.0.1:5060.")],
    dtmf: Annotated[
        str, typer.Option("--dtmf", help="Keys to press; a comma waits a second.")
    ] = "",
    for_: Annotated[str, typer.Option("--for", help="Hang up after so long.")] = "30s",
    say: Annotated[str | None, typer.Option("--say", help="Speak this text.")] = None,
    play: Annotated[Path | None, typer.Option("--play", help="Play this WAV file.")] = None,
    record: Annotated[
        Path | None, typer.Option("--record", help="Write what is heard to this WAV file.")
    ] = None,
    from_: Annotated[str, typer.Option("--from", help="The caller's number.")] = "01055501234",
    as_json: Json = False,
) -> None:
    """A small softphone, for trying things."""
    from roost.cli import call as command

    command.call(uri, dtmf, seconds_of(for_) or 30.0, say, play, record, from_, as_json)


@app.command()
def replay(
    directory: Centre = Path(),
    data: Data = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare with snapshots, projections, invoices.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Recompute all state from the log, and compare."""
    from roost.cli import replay as command

    command.replay(directory, data, verify, as_json)


@app.command()
def demo(
    for_: Annotated[
        str | None, typer.Option("--for", help="End by itself after so long, with a summary.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Fixes the callers' plan.")] = 1,
    data: Annotated[Path | None, typer.Option("--data", help="Default: a temporary one.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="HTTP port (default: a free one).")] = (
        None
    ),
    sip_port: Annotated[int | None, typer.Option("--sip-port", help="Default: a free one.")] = None,
    rate: Annotated[float, typer.Option("--rate", help="Callers a minute.")] = 40.0,
    as_json: Json = False,
) -> None:
    """An example centre with callers and agents of its own, live in this terminal."""
    from roost.cli import demo as command

    command.demo(seconds_of(for_), seed, data, port, sip_port, rate, as_json)


@app.command()
def doctor(directory: Centre = Path(), as_json: Json = False) -> None:
    """What this machine has, what it lacks, and the mend."""
    from roost.cli import doctor as command

    command.doctor(directory, as_json)


@app.command(hidden=True)
def role(name: str, launch: Path) -> None:
    """One role of a centre, as `roost up` starts it: control, media, web or worker."""
    from roost.processes.__main__ import run_role

    raise typer.Exit(run_role(name, launch))


@app.command(hidden=True)
def media(launch: Path) -> None:
    """A media process by itself, from a launch file."""
    from roost.processes.__main__ import run_role

    raise typer.Exit(run_role("media", launch))


def seconds_of(text: str | None) -> float | None:
    """A length as people write it: 90, 90s, 10m, 2h. Anything else is wrong use (2)."""
    if text is None:
        return None
    factor = {"s": 1, "m": 60, "h": 3600}.get(text[-1:])
    digits = text[:-1] if factor else text
    try:
        length = float(digits) * (factor or 1)
    except ValueError:
        length = -1.0
    if not 0 < length <= 7 * 86_400:
        raise typer.BadParameter(f"{text!r} is no length; give one as 90s, 10m or 2h.")
    return length


# Commands that live in modules of their own: module, name, help. Only the one that's called is
# imported, so that the others cost nothing.
PARTS: tuple[tuple[str, str, str], ...] = (
    ("roost.cli.check", "check", "What's wrong in the definitions: file, line, mend."),
    ("roost.cli.apply", "apply", "Put changed definitions in force while calls go on."),
    ("roost.cli.contacts", "contacts", "Contacts: list, show, listen."),
    ("roost.cli.reports", "reports", "Figures by queue, client, agent or code."),
    ("roost.cli.invoices", "invoices", "Invoices: from draft to credit, explain, verify."),
    ("roost.cli.keys", "keys", "The clients' keys: list, rotate, destroy, verify."),
    ("roost.cli.persons", "persons", "A person's data: find, export, correct, erase."),
    ("roost.cli.audit", "audit", "The audit trail's proof: verify, head."),
    ("roost.cli.database", "database", "A centre's tables in PostgreSQL: prepare."),
    ("roost.cli.users", "users", "Who may log in: list, add, password, disable, enable."),
    ("roost.cli.modes", "modes", "Surge, closed and emergency: list, declare, end."),
    ("roost.cli.tokens", "tokens", "API tokens: list, add, revoke."),
    ("roost.cli.phone", "phone", "Be an agent with a softphone, for trying things."),
    ("roost.cli.schemas", "schemas", "JSON Schemas of the definitions, for editors."),
    ("roost.cli.simulate", "simulate", "Play a scenario on the production engine."),
    ("roost.cli.staff", "staff", "How many people are needed when, by the twin."),
)


def mount(asked: str) -> None:
    """Adds the part that's asked for: a module gives `app` (several commands) or a function of
    its own name. The others are only named."""
    for path, name, words in PARTS:
        if name != asked:
            app.command(name, help=words)(_named_only)
            continue
        module: Any = import_module(path)
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))


def _named_only() -> None:
    raise AssertionError("a command that wasn't mounted was called")


def main() -> None:
    """The console script."""
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    mount(words[0] if words else "")
    try:
        app()
    except BrokenPipeError:
        sys.exit(1)
    except KeysUnusable as error:
        sys.exit(f"roost: {error}")
