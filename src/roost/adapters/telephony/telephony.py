"""Telephony: SIP on real sockets, the floor's commands in, its effects out.

telephony = Telephony(settings, submit, media, vault, clock)
telephony.restore()
await telephony.start(sockets)
telephony.perform(effect)
await telephony.close()
"""

import asyncio
import socket
from collections.abc import Callable, Collection
from typing import Final

import msgspec

from roost.adapters.telephony.arrivals import Arrivals
from roost.adapters.telephony.callers import Callers
from roost.adapters.telephony.desks import Desks
from roost.adapters.telephony.dialled import Dialled
from roost.adapters.telephony.legs import (
    BINDING,
    DIALOG,
    OUT,
    Kept,
    Leg,
    Outside,
    read_kept,
)
from roost.adapters.telephony.line import Line
from roost.adapters.telephony.outward import Outward
from roost.adapters.telephony.phones import Phones
from roost.adapters.telephony.second_lines import SecondLines
from roost.adapters.telephony.settings import CallerList, TelephonySettings
from roost.adapters.telephony.switch import Switch, TokenOf, nobody
from roost.adapters.telephony.trace import Traced
from roost.adapters.telephony.transfers import Transfers
from roost.floor.calls.messages import LegClosed, LegConfirmed, LegHeld
from roost.floor.dialling import Reach
from roost.floor.effects import (
    AnswerLeg,
    AnswerLine,
    AskLeg,
    DialAgent,
    DialNumber,
    EndLeg,
    EndLine,
    NudgePhone,
    RefuseLeg,
    RingLeg,
    TellPhone,
)
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ClientId, ContactId, LegId, TrunkId
from roost.kernel.messages import Effect
from roost.ports.clock import Clock
from roost.ports.commands import Submit
from roost.ports.edge import Edge
from roost.ports.log import Vault
from roost.ports.media import Media, MediaGone
from roost.protocols.sdp import session as sdp
from roost.protocols.sdp.negotiate import Refused as NoSdp
from roost.protocols.sip.answers import answer
from roost.protocols.sip.dialogs import Phase
from roost.protocols.sip.digest import Secret
from roost.protocols.sip.events import (
    Accepted,
    Alive,
    Confirmed,
    Digit,
    Finished,
    Invited,
    Rang,
    Reanswered,
    Referred,
    Reoffered,
    Requested,
    SipEvent,
)
from roost.protocols.sip.registrar import Binding

TIDY_S: Final = 1.0  # registrations that ran out are looked for so often
EFFECTS: Final = (
    *(RingLeg, AnswerLeg, RefuseLeg, DialAgent, DialNumber),
    *(NudgePhone, TellPhone, AnswerLine, EndLine, EndLeg, AskLeg),
)
OfPhone = NudgePhone | TellPhone | AnswerLine | EndLine
OfLeg = RingLeg | AnswerLeg | RefuseLeg | OfPhone | EndLeg | AskLeg
QUIET: Final = (NudgePhone, TellPhone, AnswerLine, EndLine)  # nobody waits for what they do


class Telephony:
    """Runs on one asyncio loop; every method is called on its thread."""

    def __init__(
        self,
        settings: TelephonySettings,
        submit: Submit,
        media: Media,
        vault: Vault,
        clock: Clock,
        load: Callable[[], float] = lambda: 0.0,
        edge: Edge | None = None,
        token_of: TokenOf = nobody,
    ) -> None:
        """`load` says how busy the floor is: 0 idle, 1 it turns commands away. From 0.8 on new
        callers hear 503. Without an `edge` nobody has a phone in the browser. `token_of` is
        `ports.persons.Persons.token`."""
        self._switch = Switch(settings, submit, media, vault, clock, load, token_of)
        arrivals = Arrivals(self._switch.gate, self._switch.endpoint)
        self._line = Line(self._switch.endpoint, arrivals, clock, self._on_event)
        self._switch.line = self._line
        self._callers = Callers(self._switch)
        self._phones = Phones(self._switch)
        self.desks = None if edge is None else Desks(self._switch, edge)
        self._outward = Outward(self._switch)
        self._transfers = Transfers(self._switch, self._phones.end)
        self._lines = SecondLines(self._switch, self._transfers)
        self._tidying: asyncio.TimerHandle | None = None

    # --- life ---

    async def start(self, sockets: list[socket.socket]) -> None:
        """Takes bound sockets: UDP ones and listening TCP ones, of either family."""
        await self._line.start(sockets)
        self._tidy()

    def _tidy(self) -> None:
        self._phones.expire()
        self._switch.gate.tidy(self._switch.now())
        self._tidying = asyncio.get_running_loop().call_later(TIDY_S, self._tidy)

    async def close(self) -> None:
        """Lets go of the sockets. Calls stay as they are: see `drain`."""
        if self._tidying is not None:
            self._tidying.cancel()
        self._line.close()
        if self.desks is not None:
            self.desks.close()
        self._switch.stop_tasks()
        await asyncio.sleep(0)

    def drain(self) -> None:
        """New calls are answered 503 from now on."""
        self._switch.gate.draining = True

    def configure(
        self,
        numbers: dict[str, ClientId],
        lists: tuple[CallerList, ...],
        agents: dict[str, Secret],
        reaches: dict[ClientId, Reach] | None = None,
        asking: Collection[ClientId] = (),
    ) -> None:
        """New definitions: which client owns a number, callers' lists, agents' secrets, whom
        agents may call, which clients ask who calls again. An agent who's gone can't register
        any more; calls go on."""
        self._switch.numbers = dict(numbers)
        self._switch.lists = lists
        self._switch.gate.agents = dict(agents)
        self._switch.reaches = dict(reaches or {})
        self._switch.asking = frozenset(asking)

    def restore(self) -> None:
        """After a restart: dialogs and registrations as the vault holds them. Call it before
        the floor's unfinished effects are performed."""
        switch = self._switch
        now = switch.now()
        for _owner, name, value in switch.vault.listing(BINDING):
            try:
                switch.registrar.restore(str(name).removeprefix(BINDING), value, now)
            except (msgspec.DecodeError, msgspec.ValidationError):
                switch.count("unreadable_bindings")
        self._phones.note_addresses()
        lines: list[Kept] = []
        for _owner, _name, value in switch.vault.listing(DIALOG):
            try:
                if self.desks is None or not self.desks.restore_leg(value):
                    found = read_kept(value)
                    lines.append(found) if found.line else self._restore_leg(found)
            except (msgspec.DecodeError, msgspec.ValidationError):
                switch.count("unreadable_dialogs")
        for found in lines:  # of legs that are there by now
            self._restore_leg(found)

    def _restore_leg(self, found: Kept) -> None:
        switch = self._switch
        dialog = found.dialog
        leg = Leg(found.leg, found.client, found.media, found.law)
        leg.agent = found.agent
        if OUT in dialog.leg:
            leg.outside = Outside("", "", [])
        leg.branch = dialog.leg
        leg.caller = bool(found.trunk)
        leg.trunk = TrunkId(found.trunk) if found.trunk else None
        leg.agreed = found.agreed
        leg.held = found.agreed is not None and not found.agreed.receives
        leg.up = dialog.phase is Phase.UP
        leg.arrived.set()
        if found.contact:
            leg.contact = ContactId(found.contact)
        try:
            if dialog.remote_sdp and not leg.up:
                leg.offer = sdp.parse(dialog.remote_sdp)
            if dialog.local_sdp:
                leg.ours = sdp.parse(dialog.local_sdp)
        except sdp.BadSdp:
            switch.count("unreadable_dialogs")
            return
        leg.delayed = leg.offer is None and not leg.up
        if found.line:
            self._lines.restore(leg, dialog)
            return
        switch.endpoint.restore(dialog, switch.now())
        switch.add(leg, dialog.leg)
        if leg.caller:
            switch.callers += 1
            if leg.contact is not None:
                switch.know(leg, leg.contact)

    # --- the floor's effects ---

    def perform(self, effect: Effect) -> None:
        """Carries out an effect of signalling (EFFECTS); others are not ours."""
        switch = self._switch
        if self.desks is not None and self.desks.perform(effect):
            return
        if isinstance(effect, DialAgent):
            self._phones.dial(effect)
            return
        if isinstance(effect, DialNumber):
            self._outward.dial(effect)
            return
        assert isinstance(effect, OfLeg), type(effect).__name__
        leg = switch.legs.get(effect.leg)
        if leg is None:
            self._missing(effect)
            return
        match effect:
            case RingLeg():
                self._callers.ring(leg, effect.early_media)
            case AnswerLeg():
                self._callers.answer(leg)
            case RefuseLeg() | EndLeg() if leg.caller:
                self._callers.refuse(leg, effect.reason)
            case RefuseLeg() | EndLeg():
                if not self._transfers.waits(leg, effect.reason):
                    self._dialled(leg).end(leg, effect.reason)
            case TellPhone():
                self._transfers.told(leg, effect.status)
            case AnswerLine():
                self._lines.answer(leg)
            case EndLine():
                self._lines.end(leg, effect.reason)
            case NudgePhone():
                self._phones.nudge(leg)
            case AskLeg():
                switch.start(self._ask(leg))

    def _dialled(self, leg: Leg) -> Dialled:
        """Who looks after a leg that we dialled."""
        return self._phones if leg.outside is None else self._outward

    def _missing(self, effect: OfLeg) -> None:
        """There's no such leg (any more): the floor hears so, wherever it waits for it."""
        if isinstance(effect, (RefuseLeg, EndLeg)):
            self._switch.say(LegClosed(effect.leg, Blame.US, effect.reason))
        elif not isinstance(effect, QUIET):
            self._switch.say(LegClosed(effect.leg, Blame.NETWORK, Reason.UNREACHABLE))

    async def _ask(self, leg: Leg) -> None:
        """OPTIONS in the dialog (the answer comes as Alive), and a query to media."""
        switch = self._switch
        if leg.anchored is not None or leg.up:
            try:
                known = {one.leg for one in await switch.media.legs(leg.media)}
            except MediaGone:
                known = None
            if known is not None and leg.leg not in known:
                leg.ending = Reason.MEDIA_LOST
                switch.endpoint.hang_up(leg.branch, switch.now(), 503)
                self._line.pump()
                return
        if not leg.up:
            switch.say(LegConfirmed(leg.leg))
        elif not switch.endpoint.ask(leg.branch, switch.now()) and not leg.ended:
            switch.drop(leg)
            switch.say(LegClosed(leg.leg, Blame.NETWORK, Reason.UNREACHABLE))
        self._line.pump()

    # --- the endpoint's events ---

    def _on_event(self, event: SipEvent) -> None:
        if isinstance(event, Invited):
            own = self._switch.gate.is_own(event.request, event.source)
            (self._lines if own else self._callers).invited(event)
            return
        if isinstance(event, Requested):
            self._requested(event)
            return
        leg = self._switch.branches.get(getattr(event, "leg", ""))
        if leg is None:
            return
        match event:
            case Confirmed() if leg.first is not None:
                self._lines.confirmed(leg, event)
            case Finished() if leg.first is not None:
                self._lines.finished(leg, event)
            case Finished() if event.leg == leg.branch and self._lines.outlives(leg):
                pass
            case Confirmed():
                self._callers.confirmed(leg, event)
            case Finished() if leg.caller:
                self._callers.finished(leg, event)
            case Finished():
                self._dialled(leg).finished(leg, event)
            case Rang():
                self._dialled(leg).rang(leg, event)
            case Accepted():
                self._dialled(leg).accepted(leg, event)
            case Reoffered():
                self._switch.start(self._reoffered(leg, event.body))
            case Reanswered():
                self._switch.start(self._reanswered(leg, event.body))
            case Referred():
                self._transfers.asked(leg, event)
            case Digit():
                self._switch.media.info_digit(leg.media, leg.leg, event.digit)
            case Alive():
                self._switch.say(LegConfirmed(leg.leg))
            case _:
                pass

    def _requested(self, event: Requested) -> None:
        if event.request.method == "REGISTER":
            self._phones.registered(event)
            return
        switch = self._switch
        response = answer(event.request, 405, to_tag=switch.endpoint.mint(event.server))
        switch.endpoint.reply(event.server, response, switch.now())

    async def _reoffered(self, leg: Leg, body: bytes) -> None:
        """The far end offers anew: hold and back, or another address."""
        switch = self._switch
        async with leg.agreeing:
            if not await self._known_anchor(leg):
                switch.endpoint.decline(leg.branch, 500, switch.now())
                self._line.pump()
                return
            if not body:
                switch.endpoint.accept(leg.branch, switch.offering(leg), switch.now())
                self._line.pump()
                return
            found = switch.judge_offer(leg, body)
            if isinstance(found, NoSdp):
                switch.endpoint.decline(leg.branch, found.status, switch.now())
                self._line.pump()
                return
            offer, stream = found
            ours = switch.answering(leg, offer)
            if isinstance(ours, NoSdp) or not await switch.agree(leg, stream):
                switch.endpoint.decline(leg.branch, 488, switch.now())
                self._line.pump()
                return
            switch.endpoint.accept(leg.branch, ours, switch.now())
            self._line.pump()
            await self._note_hold(leg)

    async def _reanswered(self, leg: Leg, body: bytes) -> None:
        switch = self._switch
        async with leg.agreeing:
            if leg.ours is None or not body:
                return
            stream = switch.judge_answer(leg, body)
            if not isinstance(stream, NoSdp) and await switch.agree(leg, stream):
                await self._note_hold(leg)

    async def _known_anchor(self, leg: Leg) -> bool:
        """After a restart media is asked where the leg is anchored (the same as before)."""
        if leg.first is not None:
            known = await self._known_anchor(leg.first)
            leg.anchored = leg.first.anchored
            return known
        if leg.anchored is None and leg.contact is not None:
            try:
                await self._switch.anchor(leg, leg.agreed)
            except MediaGone:
                return False
        return leg.anchored is not None

    async def _note_hold(self, leg: Leg) -> None:
        """Tells the floor, when it changed; the dialog's new state goes along."""
        held = leg.agreed is not None and not leg.agreed.receives
        first = leg.first or leg
        if first.line is not None and first.line.up:
            leg.held = held
            await self._lines.settle(first)
            return
        if held != leg.held:
            leg.held = held
            self._switch.say(LegHeld(leg.leg, held), self._switch.kept(leg))

    # --- questions ---

    def phones(self, user: str) -> list[Binding]:
        """An agent's registered contacts, the most wanted first."""
        return self._switch.registrar.contacts(user, self._switch.now())

    def trace(self, leg: LegId) -> list[Traced]:
        """The last messages of a leg's dialogs, secrets masked."""
        found = self._switch.legs.get(leg)
        names: set[str] = {leg} if found is None else {found.branch, *found.ringing, leg}
        if found is not None and found.line is not None:
            names.add(found.line.branch)
        call_ids = {
            dialog.call_id
            for name in names
            if (dialog := self._switch.endpoint.dialogs.get(name)) is not None
        }
        return self._line.trace.of(frozenset(call_ids))

    def figures(self) -> dict[str, int]:
        """Counters since the start, and what stands now."""
        switch = self._switch
        figures: dict[str, int] = {}
        for counts in (
            switch.endpoint.counts,
            switch.gate.counts,
            switch.counts,
            self._line.network.counts,
        ):
            for name, count in counts.items():
                figures[name] = figures.get(name, 0) + count
        figures["legs"] = len(switch.legs)
        figures["callers"] = switch.callers
        figures["dialogs"] = len(switch.endpoint.dialogs)
        figures["transactions"] = len(switch.endpoint.transactions.servers) + len(
            switch.endpoint.transactions.clients
        )
        figures["timers"] = len(switch.endpoint.timers)
        figures["phones"] = len(switch.registrar.users())
        figures["desks"] = 0 if self.desks is None else self.desks.standing()
        return figures
