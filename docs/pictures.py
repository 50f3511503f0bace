"""Draws docs/images/wallboard.svg from a demo that runs: real calls, as `roost watch` shows them.

python docs/pictures.py [seconds into the demo, 45]
"""

import asyncio
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from roost.adapters.clock.wall import CellClock
from roost.cli import live_feed
from roost.cli.board import draw
from roost.processes import sockets
from roost.processes.places import Places

IMAGES: Final = Path(__file__).parent / "images"
WIDTH, HEIGHT = 100, 30
CELL: Final = 12.2  # a character's width in Rich's pictures
START_S: Final = 60.0
LATEST_S: Final = 60.0  # after the asked time, for a moment with somebody waiting

# On its own dark ground, so that it reads the same on a light page and on a dark one.
THEME: Final = TerminalTheme(
    (22, 27, 34),
    (201, 209, 217),
    [
        (72, 79, 88), (255, 123, 114), (63, 185, 80), (210, 153, 34),
        (88, 166, 255), (188, 140, 255), (57, 197, 207), (177, 186, 196),
    ],
    [
        (110, 118, 129), (255, 161, 152), (86, 211, 100), (227, 179, 65),
        (121, 192, 255), (210, 168, 255), (86, 212, 221), (240, 246, 252),
    ],
)  # fmt: skip


async def pictured(url: str, token: str, seconds: float) -> str:
    """The picture after so long, at the first moment at which somebody waits and a phone rings."""
    views = live_feed.Views()
    following = asyncio.create_task(live_feed.follow(url, token, views, lambda _: None))
    try:
        await asyncio.sleep(seconds)
        for _ in range(int(LATEST_S / 0.1)):
            rings = any(row.presence.value == "offered" for row in views.agents.values())
            if rings and any(row.waiting for row in views.queues.values()):
                break
            await asyncio.sleep(0.1)
        return svg_of(views)
    finally:
        following.cancel()


def svg_of(views: live_feed.Views) -> str:
    console = Console(
        record=True, width=WIDTH, height=HEIGHT, file=io.StringIO(), force_terminal=True,
        color_system="truecolor", legacy_windows=False,
    )  # fmt: skip
    board = views.board("power-grid, a demo")
    console.print(draw(board, CellClock().now(), WIDTH, HEIGHT))
    text = console.export_svg(title="make demo", theme=THEME, unique_id="wallboard")
    text = re.sub(
        r'x="([\d.]+)" (y="[^"]+") textLength="([\d.]+)"([^>]*)>((?:&#160;)+)', _in_place, text
    )
    # Pages that show pictures load no fonts from elsewhere: the reader's own will do.
    text = re.sub(r"\s*@font-face \{[^}]*\}", "", text)
    return text.replace("Fira Code", "ui-monospace, SFMono-Regular, Menlo, Consolas")


def _in_place(found: "re.Match[str]") -> str:
    """Text begins where it's seen: not every program that draws pictures keeps leading spaces."""
    spaces = found[5].count("&#160;")
    x, length = float(found[1]) + spaces * CELL, float(found[3]) - spaces * CELL
    return f'x="{x:.1f}" {found[2]} textLength="{max(length, CELL):.1f}"{found[4]}>'


def main() -> int:
    seconds = float(sys.argv[1]) if sys.argv[1:] else 45.0
    port = sockets.free_port()
    with tempfile.TemporaryDirectory(prefix="roost-", ignore_cleanup_errors=True) as folder:
        demo = subprocess.Popen(
            [sys.executable, "-m", "roost.cli", "demo", "--for", f"{seconds + LATEST_S + 30:.0f}s",
             "--data", folder, "--port", str(port), "--rate", "50", "--json"],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            token = asyncio.run(first_word(url, Places(Path(folder)), demo))
            picture = asyncio.run(pictured(url, token, seconds))
        finally:
            demo.terminate()
            demo.wait()
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / "wallboard.svg").write_text(picture, encoding="utf-8")
    return 0


async def first_word(url: str, places: Places, demo: "subprocess.Popen[bytes]") -> str:
    """Waits for the demo's agents; the wallboard's token."""
    for _ in range(int(START_S / 0.2)):
        await asyncio.sleep(0.2)
        if demo.poll() is not None:
            break
        if not places.watch_token.exists():
            continue
        token = places.watch_token.read_text(encoding="ascii").strip()
        views = live_feed.Views()
        try:
            async with asyncio.timeout(2):
                await live_feed.follow(url, token, views, lambda _: None, once=True)
        except TimeoutError:
            continue
        if any(row.presence.value == "ready" for row in views.agents.values()):
            return token
    raise SystemExit("the demo didn't start: try `make demo`")


if __name__ == "__main__":
    sys.exit(main())
