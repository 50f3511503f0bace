"""What callers' and agents' legs share: the endpoint, media, the way to the floor."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from roost.adapters.telephony.admission import Gate
from roost.adapters.telephony.legs import OUT, Leg, agreed_of, laws
from roost.adapters.telephony.line import Line
from roost.adapters.telephony.settings import TelephonySettings, Trunks
from roost.floor.dialling import Reach
from roost.floor.effects import dialog_of, line_of
from roost.kernel.actor import Actor, ActorKind
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import (
    AgentId,
    ClientId,
    CommandId,
    ContactId,
    LegId,
    MediaId,
    TrunkId,
    owner_of,
)
from roost.kernel.messages import Command, VaultPut
from roost.kernel.time import InstantUs
from roost.ports.clock import Clock
from roost.ports.commands import Answer, Submit
from roost.ports.log import Vault
from roost.ports.media import Agreed, Media, MediaGone
from roost.protocols.sdp import session as sdp
from roost.protocols.sdp.negotiate import (
    Local,
    Refused,
    Stream,
    answer_offer,
    make_offer,
    read_answer,
)
from roost.protocols.sdp.session import BadSdp
from roost.protocols.sip.core import Identity
from roost.protocols.sip.digest import authorize, read_challenge
from roost.protocols.sip.endpoint import Endpoint
from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.registrar import Registrar
from roost.protocols.sip.routing import Peer, tag_of

MOST_NONCES = 1_000
SIGNALLING = Actor(ActorKind.ROOM, "telephony")


Address = tuple[str, int]
TokenOf = Callable[[ClientId, str], str | None]


def nobody(_client: ClientId, _number: str) -> str | None:
    """Nobody is known again."""
    return None


class Switch:
    """Everything that more than one part of telephony works on."""

    def __init__(
        self,
        settings: TelephonySettings,
        submit: Submit,
        media: Media,
        vault: Vault,
        clock: Clock,
        load: Callable[[], float],
        token_of: TokenOf = nobody,
    ) -> None:
        self.settings = settings
        self.submit = submit
        self.media = media
        self.vault = vault
        self.clock = clock
        self.trunks = Trunks(settings.trunks)
        self.registrar = Registrar()
        self.numbers = dict(settings.numbers)
        self.lists = settings.lists
        self.reaches: dict[ClientId, Reach] = {}  # whom agents may call
        self.asking: frozenset[ClientId] = frozenset()  # clients that ask who calls again
        self._token_of = token_of
        self.legs: dict[LegId, Leg] = {}
        self.branches: dict[str, Leg] = {}  # the endpoint's leg → ours
        self.by_contact: dict[ContactId, Leg] = {}  # each contact's caller
        self.callers = 0  # callers' legs, standing
        self.gate = Gate(
            settings.key,
            settings.realm,
            self.trunks,
            dict(settings.agents),
            settings.most_calls,
            lambda: self.callers,
            self.is_phone,
            load,
        )
        identity = Identity(
            settings.advertise, settings.port, settings.key, session_s=settings.session_s
        )
        self.endpoint = Endpoint(identity, self.gate, self.authorise)
        self.phones: Counter[Address] = Counter()  # addresses of registered phones, of how many
        self.phones_of: dict[str, frozenset[Address]] = {}  # the same by user
        self.desk_known: Callable[[AgentId], bool] = lambda _: False  # a phone in the browser
        self.line: Line
        self._proved: dict[str, int] = {}  # how often each nonce of a trunk's was used
        self.counts: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._said = 0

    def person(self, leg: Leg) -> str:
        """Who calls, as a token of the client's; empty where it's hidden, or nobody asks."""
        if leg.client not in self.asking or not leg.number:
            return ""
        return self._token_of(leg.client, leg.number) or ""

    # --- time, tasks ---

    def now(self) -> InstantUs:
        return self.clock.now()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs something that waits. Its failure is ours, and must be seen."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            self.count("faults")
            told = {"message": "telephony", "exception": failure, "task": task}
            task.get_loop().call_exception_handler(told)

    def stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()

    def is_phone(self, peer: Peer) -> bool:
        return (peer.host, peer.port) in self.phones

    def authorise(self, request: Request, response: Response) -> bool:
        """Meets a trunk's challenge of a request of ours (RFC 3261, 22.2 and 22.3)."""
        headers = request.headers
        key = (headers.get("Call-ID") or "", tag_of(headers.get("From") or ""))
        _, _, name = self.endpoint.by_id.get(key, "").partition(OUT)
        trunk = self.trunks.named(TrunkId(name))
        way = None if trunk is None else trunk.out
        challenge = read_challenge(response.headers)
        if challenge is None or way is None or not way.username:
            return False
        if len(self._proved) >= MOST_NONCES:
            self._proved.clear()
        count = self._proved[challenge.nonce] = self._proved.get(challenge.nonce, 0) + 1
        cnonce = self.endpoint.mint(f"cnonce {challenge.nonce} {headers.get('CSeq')}")
        about = (request.method, request.uri, cnonce, count)
        name, value = authorize(challenge, way.username, way.password, *about)
        headers.set(name, value)
        return True

    # --- the way to the floor ---

    async def tell(
        self,
        command: Command,
        name: str = "",
        puts: tuple[VaultPut, ...] = (),
        actor: Actor = SIGNALLING,
    ) -> Answer:
        """Gives a command; without an id it gets one that never comes again."""
        if not name:
            self._said += 1
            name = f"telephony:{self.now()}:{self._said}"
        return await self.submit(command, actor, CommandId(name), puts)

    def say(self, command: Command, puts: tuple[VaultPut, ...] = ()) -> None:
        """The same where nobody waits for the answer. Commands leave in this order."""
        self.start(self._say(command, puts))

    async def _say(self, command: Command, puts: tuple[VaultPut, ...]) -> None:
        await self.tell(command, puts=puts)

    def kept(self, leg: Leg) -> tuple[VaultPut, ...]:
        """The leg's dialog for the vault, to be given with a command."""
        dialog = self.endpoint.dialogs.get(leg.branch)
        if dialog is None:
            return ()
        place = dialog_of(leg.leg) if leg.first is None else line_of(leg.leg)
        return (VaultPut(place, owner_of(leg.client), leg.keep(dialog)),)

    # --- legs ---

    def add(self, leg: Leg, branch: str) -> None:
        self.legs[leg.leg] = leg
        self.branches[branch] = leg

    def know(self, leg: Leg, contact: ContactId) -> None:
        """The contact of a caller's leg."""
        leg.contact = contact
        self.by_contact[contact] = leg
        leg.arrived.set()

    def drop(self, leg: Leg) -> None:
        leg.ended = True
        leg.arrived.set()
        if leg.caller and leg.contact is not None:
            self.by_contact.pop(leg.contact, None)
        if self.legs.pop(leg.leg, None) is not None and leg.caller:
            self.callers -= 1
        self.branches.pop(leg.branch, None)
        for branch in leg.ringing:
            self.branches.pop(branch, None)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    # --- SDP and media; MediaGone is the caller's to handle ---

    def session_id(self, leg: Leg) -> int:
        return int(self.endpoint.mint(f"sdp {leg.leg}")[:15], 16)

    async def anchor(self, leg: Leg, agreed: Agreed | None) -> None:
        """Opens the leg in media, once; afterwards tells media what's agreed anew. Of a phone
        with two lines it's told by `SecondLines.settle`."""
        if leg.anchored is None:
            assert leg.contact is not None
            leg.anchored = await self.media.open_leg(leg.media, leg.contact, leg.leg, agreed)
        elif leg.first is None and leg.line is None and agreed not in (None, leg.agreed):
            assert agreed is not None
            await self.media.change_leg(leg.media, leg.leg, agreed)
        leg.agreed = agreed or leg.agreed

    def offering(self, leg: Leg) -> bytes:
        """Our offer, as bytes."""
        leg.ours = make_offer(leg.local(self.session_id(leg)), leg.ours)
        return sdp.encode(leg.ours)

    def answering(self, leg: Leg, offer: sdp.Session) -> bytes | Refused:
        """Our answer to an offer that was found servable before."""
        answered = answer_offer(offer, leg.local(self.session_id(leg)), leg.ours)
        if isinstance(answered, Refused):
            return answered
        leg.ours = answered.answer
        return sdp.encode(answered.answer)

    def judge_offer(self, leg: Leg, body: bytes) -> tuple[sdp.Session, Stream] | Refused:
        """Whether an offer can be served at all, before media is asked for anything."""
        try:
            offer = sdp.parse(body)
        except BadSdp as trouble:
            return Refused(400, 399, f"Bad SDP: {trouble}")
        host = leg.anchored.host if leg.anchored else self.settings.advertise
        local = leg.local(0) if leg.anchored else Local(host, 9, 0, laws(leg.law))
        answered = answer_offer(offer, local)
        return answered if isinstance(answered, Refused) else (offer, answered.stream)

    def judge_answer(self, leg: Leg, body: bytes) -> Stream | Refused:
        """The far end's answer to our offer."""
        assert leg.ours is not None
        try:
            answer = sdp.parse(body)
        except BadSdp as trouble:
            return Refused(488, 399, f"Bad SDP: {trouble}")
        return read_answer(leg.ours, answer)

    async def agree(self, leg: Leg, stream: Stream) -> bool:
        """Media takes what was agreed. False if media is gone."""
        try:
            await self.anchor(leg, agreed_of(stream))
        except MediaGone:
            self.count("media_gone")
            return False
        return True

    async def close_media(self, leg: Leg) -> None:
        if leg.anchored is None:
            return
        try:
            await self.media.close_leg(leg.media, leg.leg)
        except MediaGone:
            self.count("media_gone")

    def least_loaded(self) -> MediaId | None:
        try:
            return self.media.least_loaded()
        except MediaGone:
            self.count("media_gone")
            return None


LOST_MEDIA = (Blame.US, Reason.MEDIA_LOST)
