"""`roost phone`: an agent's softphone and desk in one, for trying things."""

import asyncio
import secrets as chance
import signal
from array import array
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from roost.cli.output import fail
from roost.cli.users import Centre, Data, named, opened

if TYPE_CHECKING:
    from roost.processes.agent_at_work import AgentAtWork, Habits

LABEL: Final = "roost phone"
SCOPES: Final = frozenset({"desk"})
READY_S: Final = 20.0
WRITES_S: Final = 1.0
GREETING: Final = "Hello, how can I help you?"


def phone(
    user: Annotated[str, typer.Argument(help="The agent, as 1001.")],
    talk: Annotated[
        str | None, typer.Option("--talk", help="Hang up after so long (default: the caller does).")
    ] = None,
    say: Annotated[str, typer.Option("--say", help="Speak this text to each caller.")] = GREETING,
    answer: Annotated[str, typer.Option("--answer", help="Lift after ringing so long.")] = "1s",
    code: Annotated[
        str, typer.Option("--code", help="Write up with this code (default: the codes in turn).")
    ] = "",
    note: Annotated[str, typer.Option("--note", help="Write up with this note.")] = "",
    calls: Annotated[
        int | None, typer.Option("--calls", min=1, help="End after so many contacts.")
    ] = None,
    for_: Annotated[str | None, typer.Option("--for", help="End after so long.")] = None,
    directory: Centre = Path(),
    data: Data = None,
) -> None:
    """Be an agent: register, sign in, go ready, answer, talk, write up. Works beside a centre
    that runs on this machine; whoever may read its data folder may be any agent."""
    from roost.cli.main import seconds_of
    from roost.kernel.time import DurationUs
    from roost.processes.agent_at_work import Habits

    talks = seconds_of(talk)
    habits = Habits(
        answers=DurationUs(round((seconds_of(answer) or 1.0) * 1_000_000)),
        talks=None if talks is None else DurationUs(round(talks * 1_000_000)),
        writes=DurationUs(round(WRITES_S * 1_000_000)),
        code=code,
        note=note,
    )
    try:
        asyncio.run(_work(_Place(directory, data, user), habits, say, calls, seconds_of(for_)))
    except KeyboardInterrupt:
        raise typer.Exit(1) from None


class _Place:
    """The running centre, and the agent's way into it. Status 1 with the mend where it's
    missing."""

    def __init__(self, directory: Path, data: Path | None, user: str) -> None:
        from roost.adapters.phone.account import Account
        from roost.processes import secrets
        from roost.processes.certificates import BadCertificate, trusted
        from roost.processes.places import data_of
        from roost.processes.settings import read_launch

        self.accounts = opened(directory, data)
        self.known = named(self.accounts, user)
        agent = self.known.agent
        if agent is None:
            fail(f"{user} is no agent: `roost users list` shows who is.")
        places = data_of(directory, data)
        try:
            launch = read_launch(places.launch)
            self.trusted = trusted(launch)
            read = launch.settings
            password = secrets.read(places.data).sip[agent]
        except BadCertificate as error:
            fail(str(error))
        except OSError:
            fail(f"no centre runs on {places.data}: start it with `roost up`, or name --data.")
        except (KeyError, secrets.BadSecrets):
            fail(f"{places.data}/secrets.toml has no SIP password of {agent}: start the centre.")
        self.url = read.http.url
        sip = read.sip
        self.account = Account(agent, password, sip.advertised(), sip.port)

    def token(self) -> tuple[int, str]:
        """A token of the agent's for a day, which is revoked when we go: nobody's password has
        to be known or changed."""
        from roost.adapters.clock.wall import CellClock
        from roost.kernel.messages import Refusal
        from roost.kernel.time import DAY, InstantUs
        from roost.web.gate import SECRET_SIZE, TOKEN_PREFIX, kept, shown

        now = CellClock().now()
        text = TOKEN_PREFIX + shown(chance.token_bytes(SECRET_SIZE))
        until = InstantUs(now + DAY)
        made = self.accounts.add_token(self.known.id, LABEL, SCOPES, kept(text), now, until)
        if isinstance(made, Refusal):
            name = self.known.name
            fail(f"{name} has too many tokens: revoke some (roost tokens revoke {name} ID).")
        return made.id, text


async def _work(
    place: _Place, habits: "Habits", say: str, calls: int | None, for_s: float | None
) -> None:
    import httpx

    from roost.adapters.phone.account import NotRegistered
    from roost.processes.agent_at_work import AgentAtWork, Token

    said = _spoken(say)
    number, text = place.token()
    try:
        agent = AgentAtWork(
            place.account, place.url, Token(text), habits, said, _tell, place.trusted
        )
        async with asyncio.timeout(READY_S):
            await agent.centre_ready()
            await agent.start()
            await agent.ready.wait()
        _tell(f"{place.account.user} is ready; Ctrl-C ends")
        await _until_done(agent, calls, for_s)
        await agent.stop()
    except NotRegistered as error:
        fail(f"{error}: is the centre up at {place.account.host}:{place.account.port}?")
    except httpx.HTTPError as error:
        fail(f"{place.url} can't be used: {error}. Is the centre up?")
    except TimeoutError:
        fail("the agent didn't become ready: `roost watch` shows what they are instead.")
    finally:
        place.accounts.revoke_token(place.known.id, number)
        place.accounts.close()
    if calls is not None and agent.written_up < calls:
        fail(f"only {agent.written_up} of {calls} contacts came.")


async def _until_done(agent: "AgentAtWork", calls: int | None, for_s: float | None) -> None:
    """Until enough contacts are written up, the time is over, or somebody stops us."""
    stopped = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stopped.set)
    waits: list[asyncio.Task[Any]] = [asyncio.create_task(stopped.wait())]
    if calls is not None:
        waits.append(asyncio.create_task(agent.wrote_up(calls)))
    try:
        await asyncio.wait(waits, timeout=for_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()
            with suppress(asyncio.CancelledError):
                await one


def _spoken(text: str) -> "array[int]":
    from roost.adapters.speech.espeak import EspeakSpeech
    from roost.ports.speech import SpeechFailed
    from roost.protocols.rtp import g711

    try:
        return g711.from_bytes(EspeakSpeech().speak(text, "zh" if not text.isascii() else "en"))
    except SpeechFailed as error:
        fail(str(error))


def _tell(words: str) -> None:
    typer.echo(words)
