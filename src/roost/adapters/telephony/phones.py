"""Agents' legs: registrations, and ringing every phone that an agent has registered. The first
2xx wins; the other phones are told that the call was answered elsewhere."""

from roost.adapters.telephony.admission import user_of
from roost.adapters.telephony.dialled import Dialled
from roost.adapters.telephony.legs import BINDING, Leg
from roost.floor.agents.messages import PhoneLapsed, PhoneRegistered
from roost.floor.calls.messages import LegFailed
from roost.floor.effects import DialAgent
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import OPERATOR, AgentId, VaultId, owner_of
from roost.kernel.messages import VaultPut
from roost.ports.media import Law, MediaGone
from roost.protocols.sip.calling import Call
from roost.protocols.sip.events import Requested
from roost.protocols.sip.registrar import Binding
from roost.protocols.sip.uri import escape_user


class Phones(Dialled):
    """Agents' legs among those that we dialled, and the registrar."""

    # --- registrations ---

    def registered(self, event: Requested) -> None:
        """A REGISTER with the right digest."""
        switch = self._switch
        now = switch.now()
        user = user_of(event.request.headers.get("To") or "")
        tag = switch.endpoint.mint(f"register {event.server}")
        outcome = switch.registrar.register(user, event.request, event.source, tag, now)
        switch.endpoint.reply(event.server, outcome.response, now)
        if outcome.changed:
            self._changed(user)

    def expire(self) -> None:
        for user in self._switch.registrar.expire(self._switch.now()):
            self._changed(user)

    def _changed(self, user: str) -> None:
        """Contacts came or went: the floor knows whether there's any, the vault which."""
        switch = self._switch
        self._note_addresses(user)
        agent = AgentId(user)
        put = VaultPut(VaultId(f"{BINDING}{user}"), OPERATOR, switch.registrar.kept(user))
        any_left = bool(switch.registrar.contacts(user, switch.now())) or switch.desk_known(agent)
        switch.say(PhoneRegistered(agent) if any_left else PhoneLapsed(agent), (put,))

    def note_addresses(self) -> None:
        """Where everybody's phones are, after a restart."""
        for user in self._switch.registrar.users():
            self._note_addresses(user)

    def _note_addresses(self, user: str) -> None:
        """Where one agent's phones are: of ten thousand, nobody else's is looked at."""
        switch = self._switch
        here = {
            (one.peer.host, one.peer.port) for one in switch.registrar.contacts(user, switch.now())
        }
        for address in switch.phones_of.get(user, frozenset()) - here:
            switch.phones[address] -= 1
            if not switch.phones[address]:
                del switch.phones[address]
        switch.phones.update(here - switch.phones_of.get(user, frozenset()))
        if here:
            switch.phones_of[user] = frozenset(here)
        else:
            switch.phones_of.pop(user, None)

    # --- the floor's effects ---

    def dial(self, effect: DialAgent) -> None:
        switch = self._switch
        if effect.leg in switch.legs:
            return
        bindings = switch.registrar.contacts(str(effect.agent), switch.now())
        if not bindings:
            switch.say(LegFailed(effect.leg, Blame.NETWORK, Reason.UNREACHABLE, 480))
            return
        leg = Leg(effect.leg, effect.client, effect.media, switch.settings.law)
        leg.contact = effect.contact
        leg.agent = str(effect.agent)
        leg.arrived.set()
        switch.legs[effect.leg] = leg
        switch.start(self._dial(leg, effect, bindings))

    def _law(self, caller: Leg | None) -> Law:
        """The caller's own law, so that the two need no transcoding."""
        if caller is not None and caller.agreed is not None:
            return caller.agreed.law
        return self._switch.settings.law

    async def _dial(self, leg: Leg, effect: DialAgent, bindings: list[Binding]) -> None:
        switch = self._switch
        try:
            await switch.anchor(leg, None)
        except MediaGone:
            switch.drop(leg)
            switch.say(LegFailed(leg.leg, Blame.US, Reason.MEDIA_LOST, 0))
            return
        if leg.ending is not None and not effect.again:
            self.over(leg)
            return
        # Where an agent was free, this effect left with the call's own arrival: only now the
        # caller's leg is known by its contact.
        caller = switch.by_contact.get(effect.contact)
        leg.law = self._law(caller)
        number = caller.number if caller is not None else self._number(effect)
        body = switch.offering(leg)
        host = switch.endpoint.identity.bracketed
        shown = f'"Anonymous" <sip:anonymous@{host}>'
        if number:
            shown = f'"{_quoted(number)}" <sip:{escape_user(number)}@{host}>'
        alert = ("Alert-Info", f"<urn:alert:source:external>;info={effect.client}")
        now = switch.now()
        for place, binding in enumerate(bindings):
            branch = f"{leg.leg}#{place}"
            leg.ringing.add(branch)
            switch.branches[branch] = leg
            call = Call(
                branch,
                binding.uri,
                shown,
                f"<sip:{escape_user(str(effect.agent))}@{host}>",
                binding.peer,
                body,
                binding.path,
                (alert,),
                direct=not binding.path and binding.behind_nat,
            )
            switch.endpoint.invite(call, now)
        if leg.ending is not None:  # it may ring since before a restart
            self.end(leg, leg.ending)
        switch.line.pump()

    def _number(self, effect: DialAgent) -> str:
        if effect.caller is None:
            return ""
        value = self._switch.vault.reveal(owner_of(effect.client), effect.caller)
        return value.decode() if value else ""

    def nudge(self, leg: Leg) -> None:
        for branch in leg.ringing:
            self._switch.endpoint.nudge(branch, self._switch.now())
        self._switch.line.pump()


def _quoted(text: str) -> str:
    return text.replace("\\", "").replace('"', "").replace("\r", " ").replace("\n", " ")
