# pyright: reportPrivateUsage=false
"""The live centre as pages need it, folded once from the cell's stream.

Only public events are read. Today's counts are the office's (`office.counting`, and what
`office.measures` makes of them), and begin anew at the zone's midnight. `dirty` collects which rows
may have changed; `boards.py` decides who sees them and encodes them.
"""

from collections import Counter, deque
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct, field

from roost.floor import definition
from roost.floor.agents import messages as agents
from roost.floor.agents.model import Move
from roost.floor.calls import messages as calls
from roost.floor.estimates.model import Estimates
from roost.floor.flows import messages as flows
from roost.floor.parties import Party, SegmentKind
from roost.floor.queues.messages import Outcome
from roost.kernel.ends import Blame, Reason
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, ClientId, ContactId, QueueId, SegmentId, TaskId, VaultId
from roost.kernel.money import Money
from roost.kernel.time import DAY, DurationUs, InstantUs, Zone
from roost.office.counting import Ledger
from roost.office.measures.counts import add
from roost.office.measures.facts import Fact, What
from roost.office.records.model import Record
from roost.web import live_helping, live_parties, live_routing, live_tasks, live_waits, live_writing
from roost.web.limits import MOST_RECENT_CONTACTS
from roost.web.live_helping import ToldLive
from roost.web.live_modes import ModeLive
from roost.web.live_parties import WatchLive, is_main
from roost.web.live_routing import WaitLive
from roost.web.live_tasks import TaskLive
from roost.web.live_writing import UnwrittenLive
from roost.web.parties_view import TalkLive
from roost.web.permissions import View
from roost.web.rows import AT_REST, AlertRow, ContactState, Presence, ref_of
from roost.web.staff import Staff, of_team

Key = tuple[View, str]
There = tuple[str, ClientId | None]  # a team, and for whom of its clients; None: all
ALL: Final = "all"  # the key of the operator's totals


class QueueLive(Struct):
    id: QueueId
    client: ClientId
    target_us: DurationUs
    sums: dict[str, int] = {}  # today's counts
    code_required: bool = False
    boost_us: DurationUs = DurationUs(0)
    boost_most: int = 0
    waiting: dict[ContactId, InstantUs] = {}  # on the line, since when the waiting counts
    rung: dict[ContactId, InstantUs] = {}  # a phone rings for them
    promised: dict[ContactId, InstantUs] = {}  # calls back in turn: nobody is on the line yet


class AgentLive(Struct):
    id: AgentId
    team: str
    presence: Presence = Presence.SIGNED_OUT
    reason: str = ""
    since: InstantUs | None = None
    next: str | None = None
    phone: bool = False
    held: bool = False
    contact: ContactId | None = None
    client: ClientId | None = None
    queue: QueueId | None = None
    segment: SegmentId | None = None
    until: InstantUs | None = None  # the wrap-up's limit
    extended: bool = False
    to_complete: list[UnwrittenLive] = []
    hand: InstantUs | None = None  # raised since
    kind: SegmentKind | None = None
    watches: WatchLive | None = None
    unreached: ContactId | None = None  # whom I called last, in vain
    tasks: tuple[TaskId, ...] = ()  # in hand, that were offered
    offered: TaskId | None = None  # a task
    moves: list[Move] = []  # what is changed for now
    lent: str = ""  # the team for now, where it's another one
    rests: bool = False  # ready, and offered nothing by the team's rules of rest


class ContactLive(Struct):
    id: ContactId
    client: ClientId
    count: int
    number: str
    caller: VaultId | None
    arrived: InstantUs
    since: InstantUs
    state: ContactState = ContactState.FLOW
    reason: str = ""
    queue: QueueId | None = None
    agent: AgentId | None = None
    waited_us: DurationUs | None = None
    code: str = ""
    ended: InstantUs | None = None
    ended_by: Blame | None = None
    ended_why: Reason | None = None
    outcome: Outcome | None = None
    talk_us: DurationUs = DurationUs(0)
    talk: TalkLive = field(default_factory=TalkLive)
    wait: WaitLive | None = None
    callback: bool = False  # a promised call, whose customer was
    reached: bool = False

    @property
    def ref(self) -> str:
        return ref_of(self.client, self.count)


class Counted(Struct):
    """What today's counts go on from: open contacts' records, whose facts may still change, and
    the counts of clients (as a whole) and of agents; a queue's are in its row."""

    records: dict[ContactId, Record] = {}
    clients: dict[ClientId, dict[str, int]] = {}
    agents: dict[AgentId, dict[str, int]] = {}


class Live:
    """The read model of one cell."""

    def __init__(self, zone: Zone) -> None:
        self.zone, self.day = zone, -1
        self.floor: definition.Floor | None = None
        self.clients: dict[ClientId, definition.Client] = {}
        self.queues: dict[QueueId, QueueLive] = {}
        self.agents: dict[AgentId, AgentLive] = {}
        self.contacts: dict[ContactId, ContactLive] = {}
        self.by_ref: dict[str, ContactId] = {}
        self.presences: Counter[Presence] = Counter()
        self.staff = Staff()
        self._there: dict[There, Counter[Presence]] | None = None  # until an agent changes
        self.in_progress: Counter[ClientId] = Counter()
        self.earned: dict[ClientId, tuple[InstantUs, tuple[Money, ...]]] = {}
        self.alerts: dict[str, AlertRow] = {}  # raised now: `alerting.py` judges
        self.dirty: set[Key] = set()
        self.recent: dict[ClientId, deque[ContactId]] = {}
        self.told: dict[str, list[ToldLive]] = {}  # messages by team, or agent
        self.tasks: dict[TaskId, TaskLive] = {}
        self.modes: dict[str, ModeLive] = {}
        self.counts: dict[ContactId, int] = {}  # the clients' own numbers of the latest contacts
        self.ledger = Ledger()
        self.sums: dict[ClientId, dict[str, int]] = {}  # today's counts of clients as a whole
        self.own: dict[AgentId, dict[str, int]] = {}  # and of agents
        self.estimates = Estimates()
        self.free = live_waits.Free()
        self.at = InstantUs(0)  # of the last event

    def resume(
        self,
        day: int,
        floor: definition.Floor | None,
        queues: dict[QueueId, QueueLive],
        agents: dict[AgentId, AgentLive],
        contacts: dict[ContactId, ContactLive],
        recent: dict[ClientId, list[ContactId]],
        counted: Counted,
    ) -> None:
        """Go on from where another follower stood; nothing may have been folded before."""
        self.day, self.floor = day, floor
        self.ledger = Ledger(counted.records)
        self.sums, self.own = counted.clients, counted.agents
        self.clients = {} if floor is None else {client.id: client for client in floor.clients}
        self.staff = Staff(floor)
        self.queues, self.agents, self.contacts = queues, agents, contacts
        self.by_ref = {contact.ref: contact.id for contact in contacts.values()}
        self.presences = Counter(agent.presence for agent in agents.values())
        open_ones = (c.client for c in contacts.values() if c.state is not ContactState.ENDED)
        self.in_progress = Counter(open_ones)
        self.recent = {client: deque(ids) for client, ids in recent.items()}
        for queue in queues.values():
            self.touch_queue(queue)
        for agent in agents.values():
            self.touch_agent(agent)
        for contact in contacts.values():
            self.touch_contact(contact)
            self._touch_totals(contact.client)

    # --- folding ---

    def fold(self, envelope: Envelope) -> None:
        """Take one event into account; events of no interest here change nothing."""
        self.at = envelope.at
        fold = _FOLDS.get(type(envelope.body))
        if fold is not None:
            self.turn(envelope.at)
            fold(self, envelope.body, envelope)
        live_parties.fold(self, envelope)
        live_waits.fold(self, envelope)
        for fact, sign in self.ledger.take(envelope):
            if self.is_today(fact.at):
                self._count(fact, sign)

    def counted(self) -> Counted:
        """What `resume` needs to go on counting."""
        return Counted(dict(self.ledger.records), self.sums, self.own)

    def turn(self, now: InstantUs) -> None:
        """Begin a new day's figures when the zone's midnight has passed."""
        day = self.zone.local(now) // DAY
        if day <= self.day:
            return
        self.day = day
        self.sums, self.own = {}, {}
        for queue in self.queues.values():
            queue.sums = {}
            self.touch_queue(queue)

    def _count(self, fact: Fact, sign: int) -> None:
        """Where a fact belongs: its queue, its client as a whole, its agent."""
        queue = self.queues.get(QueueId(fact.queue))
        if queue is not None:
            add(queue.sums, fact, sign)
            self.touch_queue(queue)
        client = ClientId(fact.client)
        if fact.what is not What.VISIT or not fact.queue:
            add(self.sums.setdefault(client, {}), fact, sign)
            self._touch_totals(client)
        if fact.agent:
            add(self.own.setdefault(AgentId(fact.agent), {}), fact, sign)
            self.dirty.add((View.DESK, fact.agent))

    def set_earned(self, since: InstantUs, earned: list[tuple[ClientId, Money]]) -> None:
        """What the hour has earned so far, as the office counted it."""
        sums: dict[ClientId, list[Money]] = {client: [] for client in self.clients}
        for client, money in earned:
            sums.setdefault(client, []).append(money)
        for client, amounts in sums.items():
            value = (since, tuple(amounts))
            if self.earned.get(client) != value:
                self.earned[client] = value
                self.dirty.add((View.MONEY, client))

    def is_today(self, at: InstantUs) -> bool:
        return self.zone.local(at) // DAY == self.day

    # --- marks ---

    def touch_queue(self, queue: QueueLive) -> None:
        self.dirty.add((View.QUEUES, queue.id))
        self._touch_totals(queue.client)

    def _touch_totals(self, client: ClientId) -> None:
        self.dirty.add((View.TOTALS, client))
        self.dirty.add((View.TOTALS, ALL))
        for team in self.staff.teams.get(client, ()):
            self.dirty |= {(View.TOTALS, of_team(team)), (View.TOTALS, of_team(team, client))}

    def presences_there(self) -> dict[There, Counter[Presence]]:
        """How many of each team are what, all of them and those who work for each client."""
        if self._there is None:
            found: dict[There, Counter[Presence]] = {}
            for agent in self.agents.values():
                for client in (None, *self.staff.clients_of(agent.id)):
                    found.setdefault((agent.team, client), Counter())[agent.presence] += 1
            self._there = found
        return self._there

    def touch_agent(self, agent: AgentLive) -> None:
        self._there = None
        self.dirty.add((View.AGENTS, agent.id))
        self.dirty.add((View.DESK, agent.id))
        self.dirty.add((View.TOTALS, ALL))
        self.dirty.add((View.TOTALS, of_team(agent.team)))
        for client in self.staff.clients_of(agent.id):
            self.dirty |= {(View.TOTALS, client), (View.TOTALS, of_team(agent.team, client))}

    def touch_contact(self, contact: ContactLive) -> None:
        self.dirty.add((View.CONTACTS, contact.ref))
        for agent in {contact.agent, *contact.talk.agents()} - {None}:
            self.dirty.add((View.DESK, str(agent)))

    def _agent(self, id: AgentId) -> AgentLive:
        agent = self.agents.get(id)
        if agent is None:  # somebody of an earlier definition
            agent = self.agents[id] = AgentLive(id, "")
            self.presences[Presence.SIGNED_OUT] += 1
        return agent

    def move(self, id: AgentId, presence: Presence, at: InstantUs, reason: str = "") -> AgentLive:
        agent = self._agent(id)
        self.presences[agent.presence] -= 1
        self.presences[presence] += 1
        agent.presence = presence
        agent.reason = reason
        agent.since = at
        if presence in AT_REST:
            agent.contact = agent.client = agent.queue = agent.next = agent.segment = None
            agent.kind, agent.held = None, False
        agent.until, agent.extended, agent.rests = None, False, False
        self.touch_agent(agent)
        return agent

    def set_state(self, id: ContactId | None, state: ContactState, at: InstantUs) -> None:
        contact = None if id is None else self.contacts.get(id)
        if contact is None or contact.state is ContactState.ENDED:
            return
        contact.state = state
        contact.since = at
        live_waits.stands(self, contact)
        self.touch_contact(contact)

    # --- one method an event ---

    def _configured(self, event: definition.CentreConfigured, _at: Envelope) -> None:
        floor = self.floor = event.floor
        self.clients = {client.id: client for client in floor.clients}
        before, self.staff = self.staff, Staff(floor)
        self.dirty |= {(View.TOTALS, key) for key in before.keys | self.staff.keys}
        for row in floor.queues:
            queue = self.queues.get(row.id)
            if queue is None:
                queue = self.queues[row.id] = QueueLive(row.id, row.client, row.target_us)
            queue.target_us, queue.code_required = row.target_us, row.code_required
            queue.boost_us, queue.boost_most = row.boost_us, row.boost_most
        named = {row.id for row in floor.queues}
        unnamed = [queue for queue in self.queues.values() if queue.id not in named]
        for gone in [queue for queue in unnamed if not live_waits.inside(queue)]:
            del self.queues[gone.id]
            self.touch_queue(gone)
        for queue in self.queues.values():
            self.touch_queue(queue)
        for person in floor.agents:
            self._agent(person.id).team = person.team
        staff = {person.id for person in floor.agents}
        for left in [a for a in self.agents.values() if a.id not in staff]:
            if left.presence is Presence.SIGNED_OUT:
                del self.agents[left.id]
                self.presences[Presence.SIGNED_OUT] -= 1
                self.touch_agent(left)
        for agent in self.agents.values():
            self.touch_agent(agent)

    def _arrived(self, event: calls.CallArrived, envelope: Envelope) -> None:
        self._begun(envelope, event.count, event.number, event.caller)

    def _made(self, event: calls.CallMade, envelope: Envelope) -> None:
        self._begun(envelope, event.count, event.shown, event.number).agent = event.agent

    def _promised(self, event: calls.CallbackPromised, envelope: Envelope) -> None:
        self._begun(envelope, event.count, event.shown, event.number).callback = True

    def _begun(
        self, envelope: Envelope, count: int, number: str, caller: VaultId | None
    ) -> ContactLive:
        assert envelope.contact is not None
        client, at = ClientId(envelope.owner), envelope.at
        contact = ContactLive(envelope.contact, client, count, number, caller, at, at)
        self.contacts[contact.id] = contact
        self.by_ref[contact.ref] = contact.id
        self.in_progress[client] += 1
        self.touch_contact(contact)
        self._touch_totals(client)
        return contact

    def _ended(self, event: calls.ContactEnded, envelope: Envelope) -> None:
        contact = self.contacts.get(event.contact) if event.contact else None
        if contact is None or contact.state is ContactState.ENDED:
            return
        self.set_state(contact.id, ContactState.ENDED, envelope.at)
        contact.ended = envelope.at
        contact.ended_by, contact.ended_why = event.blame, event.reason
        live_parties.unreached(self, contact)
        self.in_progress[contact.client] -= 1
        self._touch_totals(contact.client)
        recent = self.recent.setdefault(contact.client, deque())
        recent.append(contact.id)
        if len(recent) > MOST_RECENT_CONTACTS:
            oldest = self.contacts.pop(recent.popleft())
            del self.by_ref[oldest.ref]
            self.touch_contact(oldest)

    def _held(self, event: calls.PartyHeld, envelope: Envelope) -> None:
        if event.party is not Party.CUSTOMER:
            return
        state = ContactState.HELD if event.held else ContactState.TALKING
        self.set_state(event.contact, state, envelope.at)
        contact = self.contacts.get(event.contact) if event.contact else None
        if contact is not None and contact.agent is not None:
            agent = self._agent(contact.agent)
            agent.held = event.held
            self.touch_agent(agent)

    def _advanced(self, event: flows.FlowAdvanced, _at: Envelope) -> None:
        contact = self.contacts.get(event.contact) if event.contact else None
        if contact is not None and event.choice:
            contact.reason = event.choice
            self.touch_contact(contact)

    def _signed_in(self, event: agents.AgentSignedIn, envelope: Envelope) -> None:
        self.move(event.agent, Presence.AWAY, envelope.at, "signed_in")

    def _signed_out(self, event: agents.AgentSignedOut, envelope: Envelope) -> None:
        agent = self.move(event.agent, Presence.SIGNED_OUT, envelope.at)
        agent.hand = agent.unreached = None
        if not event.sent_home:
            agent.to_complete = []

    def _ready(self, event: agents.AgentReady, envelope: Envelope) -> None:
        self.move(event.agent, Presence.READY, envelope.at)

    def _away(self, event: agents.AgentAway, envelope: Envelope) -> None:
        self.move(event.agent, Presence.AWAY, envelope.at, event.reason)

    def _next(self, event: agents.NextStateChosen, _at: Envelope) -> None:
        agent = self._agent(event.agent)
        agent.next = event.reason
        self.touch_agent(agent)

    def _offered(self, event: agents.AgentOffered, envelope: Envelope) -> None:
        agent = self.move(event.agent, Presence.OFFERED, envelope.at)
        agent.contact, agent.client, agent.queue = event.contact, event.client, event.queue
        agent.kind, agent.unreached = event.kind, None
        contact = self.contacts.get(event.contact) if event.contact else None
        if contact is not None and is_main(event):
            contact.agent = event.agent
            self.set_state(contact.id, ContactState.RINGING, envelope.at)

    def _taken(self, event: agents.OfferTaken, envelope: Envelope) -> None:
        agent = self.move(event.agent, Presence.TALKING, envelope.at)
        agent.contact, agent.client, agent.queue = event.contact, event.client, event.queue
        agent.segment, agent.kind = event.segment, event.kind
        contact = self.contacts.get(event.contact) if event.contact else None
        if contact is not None and is_main(event):
            contact.agent = event.agent
            self.set_state(contact.id, ContactState.TALKING, envelope.at)

    def _offer_ended(self, event: agents.OfferEnded, envelope: Envelope) -> None:
        if event.why == "caller_left":
            self.move(event.agent, Presence.READY, envelope.at)
        else:
            self.move(event.agent, Presence.AWAY, envelope.at, event.why)
        contact = self.contacts.get(event.contact) if event.contact else None
        if contact is not None and contact.agent == event.agent and is_main(event):
            self.touch_contact(contact)
            contact.agent = None
            self.set_state(contact.id, ContactState.WAITING, envelope.at)

    def _wrapping(self, event: agents.WrapUpStarted, envelope: Envelope) -> None:
        agent = self.move(event.agent, Presence.WRAPPING, envelope.at)
        agent.held = False
        agent.until = event.until

    def _phone(self, event: agents.PhoneKnown | agents.PhoneGone, _at: Envelope) -> None:
        agent = self._agent(event.agent)
        agent.phone = isinstance(event, agents.PhoneKnown)
        self.touch_agent(agent)


_FOLDS: Final[dict[type[Any], Callable[[Live, Any, Envelope], None]]] = {
    definition.CentreConfigured: Live._configured,
    calls.CallArrived: Live._arrived,
    calls.CallMade: Live._made,
    calls.CallbackPromised: Live._promised,
    calls.ContactEnded: Live._ended,
    calls.PartyHeld: Live._held,
    flows.FlowAdvanced: Live._advanced,
    agents.AgentSignedIn: Live._signed_in,
    agents.AgentSignedOut: Live._signed_out,
    agents.AgentReady: Live._ready,
    agents.AgentAway: Live._away,
    agents.NextStateChosen: Live._next,
    agents.AgentOffered: Live._offered,
    agents.OfferTaken: Live._taken,
    agents.OfferEnded: Live._offer_ended,
    agents.WrapUpStarted: Live._wrapping,
    agents.PhoneKnown: Live._phone,
    agents.PhoneGone: Live._phone,
    **live_writing.FOLDS,
    **live_helping.FOLDS,
    **live_parties.FOLDS,
    **live_routing.FOLDS,
    **live_waits.FOLDS,
    **live_tasks.FOLDS,
}
"""Which event is folded how."""
