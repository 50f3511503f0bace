"""The wallboard's feed: from the API's websocket to a `Board`, over and over.

    connecting → live → lost → connecting …     the board always says which

The picture is replaced row by row as the centre sends them; nothing is counted here but what
a picture needs (how long the last contacts talked).
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, Final

import msgspec
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from roost.adapters.clock.wall import CellClock
from roost.cli.board import AgentLine, Board, ContactLine, QueueLine
from roost.kernel.ends import LOST, Blame
from roost.web.rows import (
    AgentRow,
    ContactRow,
    ContactState,
    MoneyRow,
    Presence,
    QueueRow,
    RowChanged,
)
from roost.web.topics import Bye, Heartbeat, Hello, Rows

VIEWS: Final = "queues,agents,contacts,money"
AGAIN_S: Final = 1.0
SILENT_S: Final = 30.0
MOST_CONTACTS: Final = 50
_message: Final = msgspec.json.Decoder(Hello | Heartbeat | Rows | Bye)
_row: Final = msgspec.json.Decoder(RowChanged)


class NotLetIn(Exception):
    """The centre refused the token; the message names the mend."""


class Views(Struct):
    """The rows as they were last sent. Instants are the centre's; `ahead` is how far its clock
    is ahead of ours."""

    queues: dict[str, QueueRow] = {}
    agents: dict[str, AgentRow] = {}
    contacts: dict[str, ContactRow] = {}
    money: dict[str, MoneyRow] = {}
    talking: dict[str, int] = {}  # contact → since when
    talked: dict[str, int] = {}
    ahead: int = 0
    heard_at: int = 0

    def take(self, rows: Rows) -> None:
        """Applies one message of changed rows."""
        table: Any = getattr(self, rows.view, None)
        if table is None:
            return
        if rows.whole:
            table.clear()
        for raw in rows.rows:
            changed = _row.decode(raw)
            if changed.row is None:
                table.pop(changed.key, None)
            else:
                table[changed.key] = changed.row
                if isinstance(changed.row, ContactRow):
                    self._note(changed.row)

    def _note(self, row: ContactRow) -> None:
        if row.state is ContactState.TALKING:
            self.talking.setdefault(row.ref, row.since)
        elif row.state is ContactState.ENDED and row.ended is not None:
            since = self.talking.pop(row.ref, None)
            if since is not None:
                self.talked[row.ref] = row.ended - since
        for known in (self.talking, self.talked):
            while len(known) > 10_000:
                del known[next(iter(known))]

    def board(self, title: str, trouble: str = "") -> Board:
        """The picture, in our own clock's time."""
        ended = [row for row in self.contacts.values() if row.ended is not None]
        ended.sort(key=lambda row: row.ended or 0, reverse=True)
        return Board(
            title=title,
            queues=tuple(self._queue(row) for _, row in sorted(self.queues.items())),
            agents=tuple(
                self._agent(row)
                for _, row in sorted(self.agents.items())
                if row.presence is not Presence.SIGNED_OUT
            ),
            contacts=tuple(self._contact(row) for row in ended[:MOST_CONTACTS]),
            earned=self._earned(),
            heard_at=self.heard_at,
            trouble=trouble,
        )

    def _queue(self, row: QueueRow) -> QueueLine:
        return QueueLine(
            queue=row.queue,
            waiting=row.waiting,
            oldest=None if row.longest_since is None else row.longest_since - self.ahead,
            target_us=row.target_us,
            offered=row.offered,
            answered=row.answered,
            abandoned=row.abandoned,
            service_level=None if row.service_level is None else row.service_level / 100,
            ahead_us=row.wait_us,
            promised=row.promised,
        )

    def _agent(self, row: AgentRow) -> AgentLine:
        return AgentLine(row.agent, "", row.presence.value, (row.since or 0) - self.ahead)

    def _contact(self, row: ContactRow) -> ContactLine:
        return ContactLine(
            at=(row.ended or 0) - self.ahead,
            contact=row.ref,
            reason=row.reason,
            outcome=outcome_of(row, row.ref in self.talked),
            agent=row.agent or "",
            waited_us=row.waited_us or 0,
            talk_us=self.talked.get(row.ref, 0),
            lost=row.ended_why in LOST,
        )

    def _earned(self) -> tuple[tuple[str, int], ...]:
        sums: dict[str, int] = {}
        for row in self.money.values():
            for money in row.earned:
                sums[money.currency] = sums.get(money.currency, 0) + money.minor
        return tuple(sorted(sums.items()))


def outcome_of(row: ContactRow, talked: bool) -> str:
    """One word for how a contact ended."""
    if row.ended_why in LOST:
        return "lost"
    if talked or row.agent is not None or row.code:
        return "answered"
    if row.ended_why is not None and row.ended_why.value in {"voicemail_taken", "closed"}:
        return {"voicemail_taken": "voicemail"}.get(row.ended_why.value, row.ended_why.value)
    if row.ended_by is Blame.CALLER:
        return "abandoned" if row.waited_us is not None else "hung up"
    return "ended"


async def follow(
    url: str,
    token: str,
    views: Views,
    changed: Callable[[str], None],
    once: bool = False,
    trusted: ssl.SSLContext | None = None,
) -> None:
    """Keeps `views` up to date until cancelled (or complete, with `once`). `changed` is told
    of each change with what's wrong ("" while it's live). `trusted` knows a certificate of our
    own. Raises NotLetIn."""
    address = url.replace("http", "ws", 1).rstrip("/") + f"/api/feed?views={VIEWS}&topics="
    headers = {"Authorization": f"Bearer {token}"}
    while True:
        trouble = "the centre closed the connection"
        try:
            async with connect(
                address,
                additional_headers=headers,
                max_size=1 << 24,
                open_timeout=5,
                ssl=trusted or (address.startswith("wss") or None),
            ) as socket:
                if await _read(socket, views, changed, once):
                    return
        except InvalidStatus as error:
            if error.response.status_code in {401, 403}:
                raise NotLetIn(
                    f"{url} doesn't take the token: give --token one of `roost tokens add`."
                ) from None
            trouble = f"it answers {error.response.status_code}"
        except (OSError, TimeoutError, WebSocketException) as error:
            trouble = "nobody answers" if isinstance(error, OSError) else "the connection broke"
        changed(trouble)
        await asyncio.sleep(AGAIN_S)


async def _read(
    socket: ClientConnection, views: Views, changed: Callable[[str], None], once: bool
) -> bool:
    clock, complete = CellClock(), set[str]()
    while True:
        async with asyncio.timeout(SILENT_S):
            message = _message.decode(await socket.recv())
        views.heard_at = clock.now()
        if isinstance(message, Hello | Heartbeat):
            views.ahead = message.at - clock.now()
        elif isinstance(message, Rows):
            views.take(message)
            complete.add(message.view)
        else:
            return False
        changed("")
        if once and len(complete) == len(VIEWS.split(",")):
            return True
