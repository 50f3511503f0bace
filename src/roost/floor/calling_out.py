"""An agent calls somebody for a client: a contact of our own making.

The agent's own phone is rung first (a desk's answers by itself); when it's up, the number is
called, and the agent hears what comes of it. Busy, no answer and a wrong number are the contact's
end, and the agent is what they were before.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.agents import messages as agents
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as calls
from roost.floor.calls.model import LEASE_US, MOST_CALLS
from roost.floor.state import CellState
from roost.kernel.ids import ContactId, LegId, OfferId, owner_of
from roost.kernel.messages import Command, Decision, Refusal, Wake
from roost.kernel.time import InstantUs, after


def call_out(state: CellState, now: InstantUs, command: agents.CallOut) -> Decision | Refusal:
    refused = _refused(state, command)
    if refused is not None:
        return refused
    task = None if command.task is None else state.tasks.tasks[command.task]
    account = state.calls.accounts[command.client]
    media = state.calls.media
    assert media is not None
    contact = ContactId(f"C{state.calls.made + 1}")
    event = calls.CallMade(
        owner=owner_of(command.client),
        contact=contact,
        leg=LegId(f"{contact}/c1"),
        number=command.number if task is None else task.number,
        entry=command.entry,
        shown=account.number,
        agent=command.agent,
        offer=OfferId(f"{contact}/op1"),
        media=media,
        count=account.count + 1,
        task=command.task,
    )
    return Decision((event,), (Wake(after(now, LEASE_US), calls.CheckContact(contact)),))


def _refused(state: CellState, command: agents.CallOut) -> Refusal | None:
    agent = state.agents.agents.get(command.agent)
    if agent is None:
        return Refusal("unknown_agent", {"agent": command.agent})
    if agent.presence is Presence.SIGNED_OUT:
        return Refusal("not_signed_in", {"agent": agent.id})
    if agent.handling is not None:
        return Refusal("contact_open", {"contact": agent.handling.contact})
    if agent.watching is not None:
        return Refusal("watching", {"agent": agent.watching.of})
    if not agent.phone:
        return Refusal("no_phone", {"agent": agent.id})
    account = state.calls.accounts.get(command.client)
    if account is None or command.client not in agent.clients or not account.number:
        return Refusal("unknown_client", {"agent": agent.id, "client": command.client})
    if command.entry is not None and command.entry not in account.directory:
        return Refusal("unknown_target", {"target": command.entry})
    if command.task is not None:
        task = state.tasks.tasks.get(command.task)
        if task is None or task.holder != agent.id or task.client != command.client:
            return Refusal("not_taken", {"task": command.task})
        if task.number is None:
            return Refusal("unknown_target", {"target": task.id})
    elif command.entry is None and command.number is None:
        return Refusal("unknown_target", {"target": ""})
    if len(state.calls.calls) >= MOST_CALLS:
        return Refusal("too_many_calls", {"most": str(MOST_CALLS)})
    return None if state.calls.media is not None else Refusal("no_media")


DECIDE: Final[Mapping[type[Command], Callable[[CellState, InstantUs, Any], Decision | Refusal]]] = {
    agents.CallOut: call_out,
}
