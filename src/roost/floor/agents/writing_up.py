"""Writing a contact up: more time for it, a note that's begun, a code that comes later."""

from roost.floor.agents import messages as m
from roost.floor.agents.known import known
from roost.floor.agents.model import Agents, Handling, Presence, Unwritten
from roost.kernel.ids import VaultId, owner_of
from roost.kernel.messages import NOTHING, Decision, Refusal, Wake
from roost.kernel.time import InstantUs, after


def extend_wrap_up(state: Agents, now: InstantUs, command: m.ExtendWrapUp) -> Decision | Refusal:
    """As long again as the queue's limit, from where that ends; once a segment."""
    agent = known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    handling = agent.handling
    if handling is None or agent.presence is not Presence.WRAPPING:
        return Refusal("nothing_to_wrap_up", {"agent": agent.id})
    if handling.extended:
        return Refusal("already_extended", {"contact": handling.contact})
    until = after(handling.until, state.rules[handling.queue].limit_us)
    event = m.WrapUpExtended(
        contact=handling.contact, agent=agent.id, offer=handling.offer, until=until
    )
    return Decision((event,), (Wake(until, m.WrapUpLapsed(agent.id, handling.offer)),))


def draft_note(state: Agents, now: InstantUs, command: m.DraftNote) -> Decision | Refusal:
    """Of the contact in hand, or of one that's still to be completed."""
    agent = known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    handling = agent.handling
    if handling is not None and handling.segment == command.segment:
        return _drafted(handling, command)
    for one in agent.to_complete:
        if one.segment == command.segment:
            return _drafted(one, command)
    return Refusal("nothing_to_wrap_up", {"agent": agent.id})


def _drafted(of: Handling | Unwritten, command: m.DraftNote) -> Decision:
    """The vault has the new text already; only a new place for it is news."""
    if of.note == command.note:
        return NOTHING
    event = m.NoteDrafted(
        owner=owner_of(of.client),
        contact=of.contact,
        agent=command.agent,
        segment=command.segment,
        note=command.note,
    )
    return Decision((event,), drops=replaced(of.note, command.note))


def replaced(old: VaultId | None, new: VaultId | None) -> tuple[VaultId, ...]:
    """What's no longer anybody's note, and leaves the vault."""
    return () if old is None or new is None or old == new else (old,)


def complete_segment(
    state: Agents, now: InstantUs, command: m.CompleteSegment
) -> Decision | Refusal:
    """The code that the limit didn't wait for; without a note the draft is the note."""
    agent = known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    found = [one for one in agent.to_complete if one.segment == command.segment]
    if not found:
        return Refusal("nothing_to_complete", {"agent": agent.id})
    one = found[0]
    if command.code not in state.rules[one.queue].codes:
        return Refusal("unknown_code", {"code": command.code})
    event = m.SegmentCompleted(
        owner=owner_of(one.client),
        contact=one.contact,
        agent=agent.id,
        segment=one.segment,
        queue=one.queue,
        code=command.code,
        note=one.note if command.note is None else command.note,
    )
    return Decision((event,), drops=replaced(one.note, command.note))
