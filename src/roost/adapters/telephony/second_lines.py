"""A phone's second line: an INVITE of an agent's own phone during a contact.

    INVITE ──► LineAsked ── taken ──► 180 ── AnswerLine ──► 200 ── ACK ──► up
                  │ refused                    │ EndLine
                  └► 4xx, in words             └► 4xx, or BYE

The agent's leg has two dialogs then and one place in media, where it's heard by the dialog that
the phone doesn't hold (`settle`); what's held is told as LinesHeld. A phone that has joined both
mixes in vain: the centre mixes, and the phone hears it by the dialog that spoke last. When the
first dialog ends by the phone's wish the second becomes the leg's only one. An INVITE with
Replaces (RFC 3891) from another phone of the same person takes the call there (`Pick-up`).
"""

from typing import Final

from roost.adapters.telephony.admission import user_of
from roost.adapters.telephony.legs import Leg, agreed_of
from roost.adapters.telephony.reasons import STATUS_OF, TAKEN_ELSEWHERE, reason_header
from roost.adapters.telephony.switch import Switch
from roost.adapters.telephony.transfers import DIALLED, Denied, Transfers, why_refused
from roost.floor.calls.messages import LegHeld, LineAsked, LineClosed, LinesHeld
from roost.floor.parties import ToNumber
from roost.kernel.ends import Reason
from roost.kernel.ids import VaultId, owner_of
from roost.kernel.messages import VaultPut
from roost.ports.commands import Done, Refused
from roost.ports.media import MediaGone
from roost.protocols.sdp.negotiate import Refused as NoSdp
from roost.protocols.sip.dialogs import Dialog
from roost.protocols.sip.events import Confirmed, Finished, Invited
from roost.protocols.sip.uri import BadSyntax, parse_uri

BUSY: Final = Denied(486, "Both lines of this phone are taken")
IDLE: Final = Denied(403, "You have no contact: call out from the desk")
NO_CALL: Final = Denied(481, "There is no such call of yours")


class SecondLines:
    """Works on agents' legs that are up."""

    def __init__(self, switch: Switch, transfers: Transfers) -> None:
        self._switch = switch
        self._transfers = transfers

    # --- the phone calls ---

    def invited(self, event: Invited) -> None:
        """An agent's phone calls by itself."""
        switch = self._switch
        user = user_of(event.request.headers.get("From") or "")
        replaces = event.request.headers.get("Replaces")
        first = self._talks(user)
        if replaces is not None:
            found = None if first is None else self._transfers.named(user, replaces)
            if found is None or found is not first:
                self._deny(event.leg, NO_CALL)
                return
        if first is None:
            self._deny(event.leg, IDLE)
            return
        if first.line is not None:
            self._deny(event.leg, BUSY)
            return
        line = Leg(first.leg, first.client, first.media, first.law)
        line.agent, line.contact, line.branch = first.agent, first.contact, event.leg
        line.first = first
        line.agreeing = first.agreeing
        line.arrived.set()
        if self._read_offer(line, event.request.body):
            first.line = line
            first.spoken = first.agreed
            switch.branches[event.leg] = line
            if replaces is None:
                switch.start(self._ask(first, line, event))
            else:
                line.picks_up = True
                switch.start(self._answer(first, line))

    def _talks(self, user: str) -> Leg | None:
        """The leg by which somebody is in a contact."""
        for leg in self._switch.legs.values():
            if leg.agent == user and leg.up and leg.ending is None:
                return leg
        return None

    def _deny(self, branch: str, why: Denied) -> None:
        switch = self._switch
        warning = ("Warning", f'399 {switch.settings.realm} "{why.text}"')
        switch.count("lines_refused")
        switch.endpoint.refuse(branch, why.status, switch.now(), (warning,))
        switch.line.pump()

    def _read_offer(self, line: Leg, body: bytes) -> bool:
        if not body:
            line.delayed = True
            return True
        switch = self._switch
        found = switch.judge_offer(line, body)
        if isinstance(found, NoSdp):
            self._deny(line.branch, Denied(found.status, found.reason))
            return False
        line.offer, stream = found
        line.agreed = agreed_of(stream)
        return True

    async def _ask(self, first: Leg, line: Leg, event: Invited) -> None:
        switch = self._switch
        try:
            uri = parse_uri(event.request.uri)
        except BadSyntax:
            self._close(first, line, Denied(400, "Whom to call can't be read"))
            return
        found = self._transfers.target(line, uri, VaultId(f"{DIALLED}{event.leg}"))
        if isinstance(found, Denied):
            self._close(first, line, found)
            return
        target, number = found
        puts = switch.kept(line)
        if isinstance(target, ToNumber):
            puts = (*puts, VaultPut(target.number, owner_of(line.client), number.encode()))
        answer = await switch.tell(LineAsked(first.leg, target), f"line:{event.leg}", puts)
        if isinstance(answer, Done):
            line.taken = True
            if line.ended:  # given up meanwhile: the floor learns it after what it was asked
                self._over(first)
            else:
                switch.endpoint.ring(line.branch, switch.now())
                switch.line.pump()
        elif not line.ended:
            refused = answer.refusal if isinstance(answer, Refused) else None
            self._close(first, line, why_refused(refused))

    def _close(self, first: Leg, line: Leg, why: Denied) -> None:
        if first.line is line:
            first.line = None
        line.ended = True
        self._switch.branches.pop(line.branch, None)
        self._deny(line.branch, why)

    # --- the floor's effects ---

    def answer(self, first: Leg) -> None:
        if first.line is not None and not first.line.up:
            self._switch.start(self._answer(first, first.line))

    async def _answer(self, first: Leg, line: Leg) -> None:
        switch = self._switch
        async with line.agreeing:
            try:
                if first.anchored is None:
                    await switch.anchor(first, first.agreed)
            except MediaGone:
                switch.endpoint.hang_up(line.branch, switch.now(), 503)
                switch.line.pump()
                return
            line.anchored = first.anchored
            if line.ended:
                return
            body = (
                switch.offering(line) if line.offer is None else switch.answering(line, line.offer)
            )
            assert not isinstance(body, NoSdp), "the offer was found servable"
            switch.endpoint.answer(line.branch, body, switch.now())
            switch.line.pump()

    def end(self, first: Leg, reason: Reason) -> None:
        """Where the phone has one line (left), the customer is on it again."""
        switch = self._switch
        line = first.line
        if line is None:
            self._over(first)
            return
        line.ending = reason
        switch.endpoint.hang_up(line.branch, switch.now(), STATUS_OF[reason], reason_header(reason))
        switch.line.pump()

    # --- what the phone does ---

    def confirmed(self, line: Leg, event: Confirmed) -> None:
        """The ACK of our 200."""
        self._switch.start(self._confirm(line, event.body))

    async def _confirm(self, line: Leg, body: bytes) -> None:
        switch = self._switch
        first = line.first
        assert first is not None
        async with line.agreeing:
            if line.delayed and line.agreed is None:
                stream = switch.judge_answer(line, body)
                if isinstance(stream, NoSdp):
                    switch.endpoint.hang_up(line.branch, switch.now())
                    switch.line.pump()
                    return
                line.agreed = agreed_of(stream)
            if line.ended:
                return
            line.offer = None
            line.up = True
            line.held = line.agreed is not None and not line.agreed.receives
            if line.picks_up:
                old = first.branch
                self.carry_on(first)
                switch.endpoint.hang_up(old, switch.now(), reason=TAKEN_ELSEWHERE)
                switch.line.pump()
            else:
                await self.settle(first)

    async def settle(self, first: Leg) -> None:
        """Media sends to, and hears, the dialog that the phone doesn't hold; the floor learns
        what it holds."""
        line = first.line
        if line is None or not line.up:
            return
        if line.held != first.held:
            first.by_line = first.held
        await self._speak(first, line if first.by_line else first)
        held = LinesHeld(first.leg, first.held, line.held)
        self._switch.say(held, (*self._switch.kept(first), *self._switch.kept(line)))

    async def _speak(self, first: Leg, by: Leg) -> None:
        switch = self._switch
        if by.agreed is None or by.agreed == first.spoken:
            return
        first.spoken = by.agreed
        try:
            await switch.media.change_leg(first.media, first.leg, by.agreed)
        except MediaGone:
            switch.count("media_gone")

    def finished(self, line: Leg, event: Finished) -> None:
        """The phone gave it up, or it was ended."""
        del event
        switch = self._switch
        first = line.first
        switch.branches.pop(line.branch, None)
        line.ended = True
        if first is None or first.line is not line:
            return
        first.line = None
        if not first.ended:
            switch.start(self._back(first, line.taken))

    async def _back(self, first: Leg, taken: bool) -> None:
        """The leg has its first dialog alone again."""
        async with first.agreeing:
            first.by_line = False
            await self._speak(first, first)
        if taken:
            self._over(first)

    def _over(self, first: Leg) -> None:
        self._switch.say(LineClosed(first.leg, first.held), self._switch.kept(first))

    def restore(self, line: Leg, dialog: Dialog) -> None:
        """After a restart; one that has become the leg's only dialog is known as that."""
        switch = self._switch
        first = switch.legs.get(line.leg)
        if first is None or dialog.leg in switch.endpoint.dialogs:
            return
        switch.endpoint.restore(dialog, switch.now())
        switch.branches[dialog.leg] = line
        first.line, line.first = line, first
        line.agreeing = first.agreeing
        line.taken = True
        first.spoken = first.agreed
        first.by_line = line.up and first.held and not line.held
        if first.by_line:
            first.spoken = line.agreed

    # --- the first line ends ---

    def outlives(self, first: Leg) -> bool:
        """Whether the leg goes on by its second dialog, when its first was ended by the phone."""
        line = first.line
        if line is None or not line.up or first.ending is not None:
            return False
        self.carry_on(first)
        return True

    def carry_on(self, first: Leg) -> None:
        """The second dialog is the leg's only one from now on. What was on hold stays so."""
        switch = self._switch
        line = first.line
        assert line is not None
        switch.branches.pop(first.branch, None)
        switch.branches[line.branch] = first
        first.branch, first.ours, first.held = line.branch, line.ours, line.held
        first.agreed, first.by_line = line.agreed, False
        first.line, line.first = None, None
        switch.start(self._moved(first))
        held = (
            LinesHeld(first.leg, True, first.held) if line.taken else LegHeld(first.leg, first.held)
        )
        switch.say(held, switch.kept(first))

    async def _moved(self, first: Leg) -> None:
        async with first.agreeing:
            await self._speak(first, first)
