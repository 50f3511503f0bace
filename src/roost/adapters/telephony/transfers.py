"""A phone's own transfer key: REFER becomes ReferAsked or ReplacesAsked, TellPhone its NOTIFYs.

Only agents' phones may ask. Whom Refer-To means is found here: a colleague by user, a queue of
the contact's client (`queue.NAME`, or its id), an entry of the client's directory by its name
or number, or any number that the client lets its agents dial. The REFER is answered when the
floor has decided; what the floor wants of the leg meanwhile (an end, above all) waits for that.
"""

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from roost.adapters.telephony.legs import Leg, Refer
from roost.adapters.telephony.switch import Switch
from roost.floor.calls.messages import ReferAsked, ReplacesAsked
from roost.floor.dialling import Reach, dialled
from roost.floor.parties import Target, ToAgent, ToEntry, ToNumber, ToQueue
from roost.kernel.ends import Reason
from roost.kernel.ids import AgentId, EntryId, QueueId, VaultId, owner_of
from roost.kernel.messages import Command, Refusal, VaultPut
from roost.kernel.words import words
from roost.ports.commands import Done, Refused
from roost.protocols.sip.events import Referred
from roost.protocols.sip.headers import parse_replaces
from roost.protocols.sip.uri import BadSyntax, Uri, unescape

DIALLED: Final = "dialled:"
QUEUE: Final = "queue."
STATUS_OF: Final[Mapping[str, int]] = {
    "unknown_target": 404,
    "target_not_ready": 480,
    "queue_full": 480,
    "too_many_parties": 486,
}
"""What a refusal of the floor's is to a phone; anything else is 403."""


class Denied(Struct, frozen=True):
    """Why a REFER, or a phone's own INVITE, isn't even put to the floor."""

    status: int
    text: str


NOBODY: Final = Denied(404, "Nobody of that name or number here")
NOT_ALLOWED: Final = Denied(403, "This number may not be called for this client")
OWN_NUMBER: Final = Denied(403, "A number of this centre: transfer to a queue")
NOT_A_PHONE: Final = Denied(403, "Only an agent's phone transfers")
NOT_YOURS: Final = Denied(404, "No such call of this phone")


class Transfers:
    """Works on agents' legs that are up. `end` ends a leg, when its turn has come."""

    def __init__(self, switch: Switch, end: Callable[[Leg, Reason], None]) -> None:
        self._switch = switch
        self._end = end

    def asked(self, leg: Leg, event: Referred) -> None:
        """A REFER came in."""
        switch = self._switch
        leg = leg.first or leg
        if not leg.agent:
            self._deny(event, NOT_A_PHONE)
        elif leg.refer is not None and not leg.refer.answered:
            self._deny(event, Denied(491, ""))
        else:
            leg.refer = Refer(event)
            switch.start(self._ask(leg, leg.refer))

    def _deny(self, event: Referred, why: Denied) -> None:
        switch = self._switch
        warning = f'399 {switch.settings.realm} "{why.text}"' if why.text else ""
        switch.endpoint.refuse_refer(event, why.status, switch.now(), why.text, warning)
        switch.line.pump()

    async def _ask(self, leg: Leg, refer: Refer) -> None:
        switch = self._switch
        wish = self._wish(leg, refer.event)
        if isinstance(wish, Denied):
            leg.refer = None
            self._deny(refer.event, wish)
            return
        command, puts = wish
        answer = await switch.tell(command, f"refer:{refer.event.leg}:{refer.event.number}", puts)
        refer.answered = True
        if isinstance(answer, Done):
            switch.endpoint.take_refer(refer.event, switch.now())
            self._tell(leg, refer)
        else:
            leg.refer = None
            refusal = answer.refusal if isinstance(answer, Refused) else None
            self._deny(refer.event, why_refused(refusal))
        if refer.then is not None:
            self._end(leg, refer.then)
        switch.line.pump()

    def told(self, leg: Leg, status: int) -> None:
        """The floor says how it goes."""
        if leg.refer is None:
            self._switch.count("nobody_to_tell")
            return
        leg.refer.told.append(status)
        if leg.refer.answered:
            self._tell(leg, leg.refer)
            self._switch.line.pump()

    def _tell(self, leg: Leg, refer: Refer) -> None:
        told, refer.told = refer.told, []
        for status in told:
            self._switch.endpoint.tell_refer(refer.event, status, self._switch.now())
            if status >= 200:
                leg.refer = None
                return

    def waits(self, leg: Leg, reason: Reason) -> bool:
        """Whether the leg's end has to wait until its REFER is answered; it comes then."""
        refer = leg.refer
        if refer is None or refer.answered:
            return False
        refer.then = reason
        return True

    # --- whom Refer-To means ---

    def _wish(self, leg: Leg, event: Referred) -> tuple[Command, tuple[VaultPut, ...]] | Denied:
        replaces = dict(event.target.headers).get("Replaces", "")
        if replaces:
            other = self.named(leg.agent, unescape(replaces))
            if other is None or other is self._switch.branches.get(event.leg):
                return NOT_YOURS
            return ReplacesAsked(leg.leg, other.leg), ()
        name = f"{DIALLED}{leg.leg}:{event.number}"
        found = self.target(leg, event.target, VaultId(name))
        if isinstance(found, Denied):
            return found
        target, number = found
        puts = ()
        if isinstance(target, ToNumber):
            puts = (VaultPut(target.number, owner_of(leg.client), number.encode()),)
        return ReferAsked(leg.leg, target), puts

    def named(self, agent: str, text: str) -> Leg | None:
        """A leg, or a second line, of an agent's phone, by its dialog (RFC 3891, 3). Tags that
        are the wrong way round are understood: some phones write them so."""
        switch = self._switch
        try:
            replaces = parse_replaces(text)
        except BadSyntax:
            return None
        for ours, theirs in (
            (replaces.to_tag, replaces.from_tag),
            (replaces.from_tag, replaces.to_tag),
        ):
            name = switch.endpoint.by_id.get((replaces.call_id, ours), "")
            dialog, found = switch.endpoint.dialogs.get(name), switch.branches.get(name)
            if dialog is not None and found is not None and dialog.remote_tag == theirs:
                return found if found.agent == agent else None
        return None

    def target(self, leg: Leg, uri: Uri, place: VaultId) -> tuple[Target, str] | Denied:
        """Whom an agent's phone means by a URI; a number that's to be kept at `place`."""
        switch = self._switch
        user = uri.username.partition(";")[0]  # without a phone-context
        reach = switch.reaches.get(leg.client, Reach({}))
        if user in switch.gate.agents:
            return ToAgent(AgentId(user)), ""
        queue = f"{leg.client}/{user.removeprefix(QUEUE)}" if user.startswith(QUEUE) else user
        if queue.startswith(f"{leg.client}/"):
            return ToQueue(QueueId(queue)), ""
        if user in reach.directory:
            return ToEntry(EntryId(user)), ""
        number = dialled(user)
        if number is None:
            return NOBODY
        entry = reach.entry_of(number)
        if entry is not None:
            return ToEntry(entry), ""
        if number in switch.numbers:
            return OWN_NUMBER
        return (ToNumber(place), number) if reach.allows(number) else NOT_ALLOWED


def why_refused(refusal: Refusal | None) -> Denied:
    """A refusal of the floor's, in words for a phone's display."""
    if refusal is None:
        return Denied(503, "The centre can't decide now")
    return Denied(STATUS_OF.get(refusal.code, 403), words(refusal)[0].replace('"', "'"))
