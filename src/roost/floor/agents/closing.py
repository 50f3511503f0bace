"""How a contact leaves an agent: an offer that's over, a segment that closes, and what the agent
is then."""

from collections.abc import Mapping
from typing import Final

from roost.floor.agents import messages as m
from roost.floor.agents.model import Agent, Agents, Handling, Presence
from roost.kernel.ends import Reason
from roost.kernel.ids import AgentId, ClientId, ContactId, OfferId, SegmentId, VaultId, owner_of
from roost.kernel.messages import Decision
from roost.kernel.time import DurationUs, InstantUs, between

Then = m.AgentReady | m.AgentWorks | m.AgentAway | m.AgentSignedOut
WHY: Final[Mapping[Reason, str]] = {
    Reason.NO_ANSWER: "no_answer",
    Reason.DECLINED: "declined",
    Reason.BUSY: "declined",
}
"""How a phone's failure reads as the agent's reason to be away; any other: unreachable."""


def having(state: Agents, id: AgentId, offer: OfferId, *presences: Presence) -> Agent | None:
    """The agent, if this very offer is in hand, in one of these states."""
    agent = state.agents.get(id)
    if agent is None or agent.handling is None or agent.handling.offer != offer:
        return None
    return agent if agent.presence in presences else None


def offer_ended(agent: Agent, handling: Handling, now: InstantUs, why: str) -> m.OfferEnded:
    return m.OfferEnded(
        contact=handling.contact,
        agent=agent.id,
        offer=handling.offer,
        why=why,
        rang_us=handling.rang_us or between(handling.offered_at, now),
        kind=handling.kind,
    )


def segment_of(contact: ContactId, offer: OfferId) -> SegmentId:
    """An offer that's taken becomes the segment of the same number."""
    number = offer.rpartition("/o")[2]
    return SegmentId(f"{contact}/s{number}")


def close(
    state: Agents,
    agent: Agent,
    handling: Handling,
    now: InstantUs,
    code: str,
    note: VaultId | None = None,
    then: Then | None = None,
    left_at: InstantUs | None = None,
    bare: bool = False,
) -> Decision:
    """The segment's measured quantities, and the agent's next state. A code that nobody chose
    to leave out may be given later; where there was nothing to write up (`bare`), none is."""
    assert handling.segment is not None
    rule = state.rules[handling.queue]
    asked = rule.code_required or (now >= handling.until and left_at is None)
    left = handling.left_at if left_at is None else left_at
    held = handling.hold_us
    if left_at is not None and handling.held_at is not None:
        held = DurationUs(held + left_at - handling.held_at)
    if then is None:
        then = free(agent, agent.next)
    segment = m.SegmentClosed(
        owner=owner_of(handling.client),
        contact=handling.contact,
        agent=agent.id,
        segment=handling.segment,
        queue=handling.queue,
        rang_us=handling.rang_us,
        talk_us=DurationUs(left - handling.taken_at - held),
        hold_us=held,
        wrap_up_us=between(left, now),
        code=code or "none",
        note=handling.note if note is None else note,
        ready_for=then.ready_for,
        kind=handling.kind,
        consult_us=handling.consult_us,
        to_complete=not code and asked and bool(rule.codes) and not bare,
    )
    return Decision((segment, then))


def free(agent: Agent, next_reason: str | None) -> Then:
    """What an agent is, whose contact is finished."""
    if agent.removed:
        return m.AgentSignedOut(agent=agent.id)
    if next_reason:
        return m.AgentAway(agent=agent.id, reason=next_reason)
    if not agent.phone:
        return m.AgentAway(agent=agent.id, reason="unreachable")
    return ready_now(agent)


def as_before(agent: Agent, handling: Handling) -> Then:
    """What an agent is who called in vain: what they chose meanwhile, else what they were."""
    if agent.next is not None or handling.before is None:
        return free(agent, agent.next)
    if agent.removed:
        return m.AgentSignedOut(agent=agent.id)
    return m.AgentAway(agent=agent.id, reason=handling.before)


def ready_now(agent: Agent) -> m.AgentReady | m.AgentWorks:
    """Ready; or back at the task in hand."""
    if not agent.works:
        return m.AgentReady(agent=agent.id, ready_for=agent.clients)
    work = agent.works[0]
    return m.AgentWorks(
        contact=work.contact,
        agent=agent.id,
        task=work.task,
        queue=work.queue,
        client=work.client,
        ready_for=ready_for(agent, all(one.interruptible for one in agent.works)),
    )


def ready_for(agent: Agent, interruptible: bool) -> tuple[ClientId, ...]:
    """Whom a call could reach them for, who works on a task."""
    return agent.clients if interruptible else ()
