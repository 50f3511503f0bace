"""Callers' legs: an INVITE becomes ReceiveCall, and the floor's effects its answers.

Nothing but 100 leaves before the floor has committed the call (RingLeg, AnswerLeg and
RefuseLeg are effects): the dialog lies in the vault by then.
"""

from roost.adapters.telephony.admission import user_of
from roost.adapters.telephony.legs import CALLER, Leg, agreed_of
from roost.adapters.telephony.reasons import STATUS_OF, end_of
from roost.adapters.telephony.settings import TrunkSettings
from roost.adapters.telephony.switch import LOST_MEDIA, Switch
from roost.floor.calls.messages import LegAnswered, LegClosed, ReceiveCall
from roost.floor.dialling import Reach, dialled
from roost.kernel.actor import Actor, ActorKind
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ContactId, LegId, VaultId, owner_of
from roost.kernel.messages import VaultPut
from roost.ports.commands import Answer, Done, Refused
from roost.ports.media import MediaGone
from roost.protocols.sdp.negotiate import Refused as NoSdp
from roost.protocols.sip.events import Confirmed, Finished, Invited
from roost.protocols.sip.headers import asserted_identity, privacy
from roost.protocols.sip.message import Request

RETRY: tuple[tuple[str, str], ...] = (("Retry-After", "5"),)


class Callers:
    """Works on the switch's legs that came to us."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    # --- a call comes in ---

    def invited(self, event: Invited) -> None:
        switch = self._switch
        now = switch.now()
        number = user_of(event.request.uri).partition(";")[0]  # without a phone-context
        client = switch.numbers.get(number)
        if client is None:
            switch.count("unknown_numbers")
            switch.endpoint.refuse(event.leg, 404, now)
            return
        trunk = switch.trunks.of(event.source.host)
        media = switch.least_loaded()
        if trunk is None or media is None:
            switch.endpoint.refuse(event.leg, 503, now, RETRY)
            return
        leg = Leg(LegId(event.leg), client, media, trunk.law)
        leg.caller = True
        leg.trunk = trunk.id
        leg.branch = event.leg
        if not self._read_offer(leg, event.request.body):
            return
        leg.number = caller_number(event.request, trunk)
        switch.add(leg, event.leg)
        switch.callers += 1
        switch.start(self._receive(leg, number, trunk))

    def _read_offer(self, leg: Leg, body: bytes) -> bool:
        """Reads the INVITE's offer, if it has one; refuses what can't be served."""
        if not body:
            leg.delayed = True
            return True
        switch = self._switch
        found = switch.judge_offer(leg, body)
        if isinstance(found, NoSdp):
            switch.count("offers_refused")
            warning = ("Warning", f'{found.warning} {switch.settings.realm} "{found.reason}"')
            switch.endpoint.refuse(leg.branch, found.status, switch.now(), (warning,))
            return False
        leg.offer, stream = found
        leg.agreed = agreed_of(stream)
        return True

    async def _receive(self, leg: Leg, number: str, trunk: TrunkSettings) -> None:
        switch = self._switch
        owner = owner_of(leg.client)
        puts = switch.kept(leg)
        caller: VaultId | None = None
        if leg.number:
            caller = VaultId(f"{CALLER}{leg.leg}")
            puts = (*puts, VaultPut(caller, owner, leg.number.encode()))
        tags, person = self._tags(leg), switch.person(leg)
        reach = switch.reaches.get(leg.client, Reach({}))
        plain = dialled(leg.number)
        may_call = plain is not None and reach.allows(plain)
        command = ReceiveCall(leg.leg, trunk.id, number, caller, tags, leg.media, person, may_call)
        actor = Actor(ActorKind.TRUNK, str(trunk.id), owner)
        answer = await switch.tell(command, f"invite:{leg.leg}", puts, actor)
        self._received(leg, answer)

    def _received(self, leg: Leg, answer: Answer) -> None:
        switch = self._switch
        contact: str | None = None
        if isinstance(answer, Done):
            contact = answer.contact
        elif isinstance(answer, Refused):
            contact = answer.refusal.about.get("contact")  # known_leg
        if contact is not None:
            if not leg.ended:
                switch.know(leg, ContactId(contact))
            return
        unknown = isinstance(answer, Refused) and answer.refusal.code == "unknown_number"
        switch.drop(leg)
        switch.endpoint.refuse(leg.branch, 404 if unknown else 503, switch.now(), RETRY)
        switch.line.pump()

    def _tags(self, leg: Leg) -> tuple[str, ...]:
        return tuple(
            one.tag
            for one in self._switch.lists
            if one.client == leg.client and leg.number.startswith(one.prefixes) and leg.number
        )

    # --- the floor's effects ---

    def ring(self, leg: Leg, early_media: bool) -> None:
        if early_media:
            self._switch.start(self._respond(leg, early=True))
        else:
            self._switch.endpoint.ring(leg.branch, self._switch.now())
            self._switch.line.pump()

    def answer(self, leg: Leg) -> None:
        self._switch.start(self._respond(leg, early=False))

    async def _respond(self, leg: Leg, early: bool) -> None:
        """183 or 200 with SDP: the leg is anchored in media first."""
        switch = self._switch
        async with leg.agreeing:
            if not await self._find_contact(leg):
                return
            try:
                await switch.anchor(leg, leg.agreed)
            except MediaGone:
                switch.count("media_gone")
                leg.ending = Reason.MEDIA_LOST
                switch.endpoint.hang_up(leg.branch, switch.now(), 503)
                switch.line.pump()
                return
            body = self._described(leg)
            if early:
                switch.endpoint.ring(leg.branch, switch.now(), body)
            else:
                switch.endpoint.answer(leg.branch, body, switch.now())
            switch.line.pump()

    def _described(self, leg: Leg) -> bytes:
        """Our SDP: the same in 183 and 200."""
        switch = self._switch
        if leg.offer is not None:
            body = switch.answering(leg, leg.offer)
            assert not isinstance(body, NoSdp), "the offer was found servable"
            return body
        return switch.offering(leg)

    async def _find_contact(self, leg: Leg) -> bool:
        """Waits for the answer to ReceiveCall. After a restart it's asked again: the floor
        knows the leg, and names the contact."""
        if leg.contact is None and leg.arrived.is_set() and not leg.ended:
            switch = self._switch
            trunk = leg.trunk
            assert trunk is not None
            command = ReceiveCall(leg.leg, trunk, "", None, (), leg.media)
            answer = await switch.tell(command)
            if isinstance(answer, Refused) and "contact" in answer.refusal.about:
                switch.know(leg, ContactId(answer.refusal.about["contact"]))
        await leg.arrived.wait()
        return leg.contact is not None and not leg.ended

    def refuse(self, leg: Leg, reason: Reason) -> None:
        leg.ending = reason
        self._switch.endpoint.hang_up(leg.branch, self._switch.now(), STATUS_OF[reason])
        self._switch.line.pump()

    # --- what the caller does ---

    def confirmed(self, leg: Leg, event: Confirmed) -> None:
        """The ACK of our 200."""
        leg.up = True
        self._switch.start(self._confirm(leg, event.body))

    async def _confirm(self, leg: Leg, body: bytes) -> None:
        switch = self._switch
        if leg.delayed and leg.agreed is None:
            stream = switch.judge_answer(leg, body)
            if isinstance(stream, NoSdp) or not await switch.agree(leg, stream):
                leg.ending = Reason.NO_COMMON_CODEC
                switch.endpoint.hang_up(leg.branch, switch.now())
                switch.line.pump()
                return
        leg.offer = None
        await switch.tell(LegAnswered(leg.leg), puts=switch.kept(leg))

    def finished(self, leg: Leg, event: Finished) -> None:
        switch = self._switch
        blame, reason = end_of(event, Blame.CALLER)
        if leg.ending is not None:
            lost = leg.ending is Reason.MEDIA_LOST
            blame, reason = LOST_MEDIA if lost else (Blame.US, leg.ending)
        switch.drop(leg)
        switch.say(LegClosed(leg.leg, blame, reason))


def caller_number(request: Request, trunk: TrunkSettings) -> str:
    """The caller's number: what a trusted trunk asserts (RFC 3325), else From. Empty where the
    caller wants to stay unknown (RFC 3323)."""
    hidden = privacy(request.headers) & {"id", "user", "header"}
    if hidden:
        return ""
    asserted = asserted_identity(request.headers) if trunk.trusted else None
    number = asserted.uri.username if asserted else user_of(request.headers.get("From") or "")
    return "" if number.lower() in ("anonymous", "unavailable", "restricted") else number[:64]
