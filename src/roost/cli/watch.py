"""`roost watch`: the wallboard in the terminal, beside any running centre."""

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from roost.adapters.clock.wall import CellClock
from roost.cli import live_feed
from roost.cli.board import draw
from roost.cli.output import fail, result

A_SECOND: Final = 4  # pictures


class Wallboard:
    """Draws itself anew for Rich, with clocks that run on between two messages; `below` stands
    under it."""

    def __init__(
        self, title: str, views: live_feed.Views, console: Console, below: tuple[str, ...] = ()
    ) -> None:
        self.trouble = "connecting"
        self._title, self._views, self._console = title, views, console
        self._clock, self._below = CellClock(), below

    def said(self, trouble: str) -> None:
        self.trouble = trouble

    def __rich__(self) -> RenderableType:
        board = self._views.board(self._title, self.trouble)
        height = self._console.height - len(self._below)
        drawn = draw(board, self._clock.now(), self._console.width, height)
        return Group(drawn, *(Text(f" {line}", style="dim") for line in self._below))


def watch(
    directory: Path,
    data: Path | None,
    url: str | None,
    token: str | None,
    once: bool,
    as_json: bool,
) -> None:
    """Until Ctrl-C; with `once` one picture, with `as_json` one board as JSON."""
    title, address, secret, trusted = found(directory, data, url, token)
    views, console = live_feed.Views(), Console()
    wallboard = Wallboard(title, views, console)
    try:
        if once or as_json:
            asyncio.run(_once(address, secret, views, wallboard, trusted))
            result(views.board(title), as_json, lambda: console.print(wallboard))
            return
        with (
            suppress(KeyboardInterrupt),
            Live(wallboard, console=console, screen=True, refresh_per_second=A_SECOND),
        ):
            feed = live_feed.follow(address, secret, views, wallboard.said, trusted=trusted)
            asyncio.run(feed)
    except live_feed.NotLetIn as error:
        fail(str(error))
    except TimeoutError:
        fail(f"{address}: {wallboard.trouble}. Is the centre up? roost up DIR, or give --url.")


async def _once(
    url: str,
    token: str,
    views: live_feed.Views,
    wallboard: Wallboard,
    trusted: ssl.SSLContext | None,
) -> None:
    async with asyncio.timeout(10):
        await live_feed.follow(url, token, views, wallboard.said, once=True, trusted=trusted)


def found(
    directory: Path, data: Path | None, url: str | None, token: str | None
) -> tuple[str, str, str, ssl.SSLContext | None]:
    """Title, address and token: of the centre that runs on this data, unless they're given; and
    what its own certificate is trusted with."""
    from roost.processes.certificates import BadCertificate, trusted
    from roost.processes.places import data_of
    from roost.processes.settings import BadSettings, read_launch

    title, known = url or "", None
    if url is None or token is None:
        try:
            places = data_of(directory, data)
        except BadSettings as error:
            fail(str(error))
        try:
            launch = read_launch(places.launch)
            title = title or Path(launch.centre).name
            if url is None:
                url, known = launch.settings.http.url, trusted(launch)
            token = token or places.watch_token.read_text(encoding="ascii").strip()
        except BadCertificate as error:
            fail(str(error))
        except OSError:
            fail(f"No centre has run on {places.data}: name its --data, or give --url and --token.")
    return title, url, token, known
