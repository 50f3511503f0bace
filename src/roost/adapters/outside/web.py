"""Carries out `AskWeb`: one request, a deadline, a bound, no redirects, one outcome.

    answered   2xx, a JSON object, every declared choice present with a declared value
    refused    not allowed, not reachable, another status, not what was declared
    late       the deadline came first
    unknown    sent, and the connection broke: the receiver may have done it

An idempotent request whose outcome is unknown is sent once more, with the same key. The HTTP
client is loaded with the first request: most centres ask nobody, and a restart is quicker.
"""

import asyncio
import hmac
import ipaddress
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from roost.adapters.outside.wall import Network, NotAllowed, permitted, port_of, split
from roost.floor.effects import AskWeb
from roost.floor.flows.messages import WebAnswered
from roost.kernel.actor import Actor, ActorKind
from roost.kernel.ids import CommandId, VaultId, owner_of
from roost.kernel.messages import VaultPut
from roost.ports.commands import Submit
from roost.ports.log import Vault

if TYPE_CHECKING:
    import httpx

LONGEST_TEXT: Final = 2_000  # characters of one variable
FROM_VAULT: Final = "vault:"
ASKED: Final = Actor(ActorKind.ROOM, "outside")


class _Broken(Exception):
    """The answer isn't what was declared."""


class Outside:
    """Answers come back through `submit`. At most `most_at_once` requests are under way; one
    beyond that is refused at once, and its flow takes its fallback."""

    def __init__(
        self,
        submit: Submit,
        vault: Vault,
        key: bytes,
        private_networks: Sequence[str] = (),
        most_at_once: int = 64,
        most_bytes: int = 65_536,
    ) -> None:
        self._submit = submit
        self._vault = vault
        self._key = key
        self._private: tuple[Network, ...] = tuple(
            ipaddress.ip_network(text, strict=False) for text in private_networks
        )
        self._most_at_once = most_at_once
        self._most_bytes = most_bytes
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None

    def perform(self, effect: AskWeb) -> None:
        """Starts the request; its outcome is a WebAnswered."""
        task = asyncio.get_running_loop().create_task(self._carry_out(effect))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        if self._client is not None:
            await self._client.aclose()

    async def _carry_out(self, effect: AskWeb) -> None:
        puts: list[VaultPut] = []
        if len(self._tasks) > self._most_at_once:
            answer = WebAnswered(effect.contact, effect.request, "refused")
        else:
            try:
                async with asyncio.timeout(effect.deadline_us / 1_000_000):
                    answer = await self._asked(effect, puts)
            except TimeoutError:
                answer = WebAnswered(effect.contact, effect.request, "late")
        if answer.outcome != "answered":
            puts.clear()
        await self._submit(answer, ASKED, CommandId(f"web/{effect.request}"), puts)

    async def _asked(self, effect: AskWeb, puts: list[VaultPut]) -> WebAnswered:
        import httpx

        for attempt in (1, 2):
            try:
                body = await self._exchange(effect)
                choices, texts = self._declared(effect, body, puts)
                return WebAnswered(effect.contact, effect.request, "answered", choices, texts)
            except (NotAllowed, httpx.ConnectError, httpx.ConnectTimeout, _Broken, OSError):
                return WebAnswered(effect.contact, effect.request, "refused")
            except httpx.HTTPError:
                if attempt == 2 or not effect.idempotent:
                    break
        return WebAnswered(effect.contact, effect.request, "unknown")

    async def _exchange(self, effect: AskWeb) -> dict[str, Any]:
        parts = split(effect.url)
        host, port = parts.hostname or "", port_of(parts)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
        if not addresses or not all(permitted(one, self._private) for one in addresses):
            raise NotAllowed(
                f"{host} is a private address; allow it with outside.private_networks in roost.toml"
            )
        address = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
        url = parts._replace(netloc=f"{address}:{port}").geturl()
        send = {name: await self._value(effect, value) for name, value in effect.send.items()}
        request = self._open().build_request(
            effect.method,
            url,
            params=send if effect.method == "GET" else None,
            json=send if effect.method != "GET" else None,
            headers={
                "Host": parts.netloc,
                "Idempotency-Key": hmac.digest(self._key, effect.request.encode(), "sha256").hex(),
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            },
            extensions={"sni_hostname": host},
        )
        response = await self._open().send(request, stream=True)
        try:
            return await self._read(response)
        finally:
            await response.aclose()

    async def _read(self, response: "httpx.Response") -> dict[str, Any]:
        if not 200 <= response.status_code < 300:
            raise _Broken(f"status {response.status_code}")
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > self._most_bytes:
                raise _Broken(f"more than {self._most_bytes} bytes")
        try:
            return msgspec.json.decode(bytes(body), type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _Broken(str(error)) from None

    async def _value(self, effect: AskWeb, value: str) -> str:
        if not value.startswith(FROM_VAULT):
            return value
        place = VaultId(value.removeprefix(FROM_VAULT))
        kept = await asyncio.to_thread(self._vault.reveal, owner_of(effect.client), place)
        return "" if kept is None else kept.decode("utf-8", "replace")

    def _declared(
        self, effect: AskWeb, body: dict[str, Any], puts: list[VaultPut]
    ) -> tuple[dict[str, str], dict[str, VaultId]]:
        """What was declared, checked; all else in the answer is dropped unread."""
        choices: dict[str, str] = {}
        for name, values in effect.choices.items():
            value = body.get(name)
            if value not in values:
                raise _Broken(f"{name} isn't one of its declared values")
            choices[name] = value
        texts: dict[str, VaultId] = {}
        for name in effect.texts:
            value = body.get(name)
            if value is None:
                continue
            if not isinstance(value, str) or len(value) > LONGEST_TEXT:
                raise _Broken(f"{name} isn't a text of at most {LONGEST_TEXT} characters")
            texts[name] = VaultId(f"{effect.request}/{name}")
            puts.append(VaultPut(texts[name], owner_of(effect.client), value.encode()))
        return choices, texts

    def _open(self) -> "httpx.AsyncClient":
        if self._client is None:
            import httpx

            limits = httpx.Limits(max_connections=self._most_at_once, max_keepalive_connections=8)
            self._client = httpx.AsyncClient(
                follow_redirects=False,
                trust_env=False,
                timeout=None,  # noqa: S113 - the effect's deadline bounds the whole
                limits=limits,
            )
        return self._client
