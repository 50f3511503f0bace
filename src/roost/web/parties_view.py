"""Who takes part in a contact, as a page shows it: folded from the calls' public events.

A contact's talk is kept with the contact in `live.py`. Here are its state, how each event
changes it, and which agents' desks show it.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct

from roost.floor import definition
from roost.floor.calls import messages as calls
from roost.floor.effects import TrackPurpose
from roost.floor.flows import messages as flows
from roost.floor.parties import Party, WatchMode
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, ClientId, EntryId, LegId, OfferId, QueueId, VaultId
from roost.kernel.time import InstantUs
from roost.web.rows import (
    Answer,
    PartyRow,
    PartyState,
    RecordingRow,
    TalkRow,
    TransferRow,
)

MOST_CHOICES: Final = 10  # menus that a contact went through; the last ones are shown


class PartyLive(Struct):
    leg: LegId
    party: Party
    since: InstantUs
    state: PartyState = PartyState.RINGING
    agent: AgentId | None = None
    entry: EntryId | None = None
    number: VaultId | None = None
    offer: OfferId | None = None
    joined: bool = False  # a part of the talk; before it, an agent may hear what it's about
    interrupted: InstantUs | None = None
    watches: LegId | None = None
    mode: WatchMode | None = None


class TransferLive(Struct):
    """A transfer or a consultation that's under way."""

    how: str
    kind: str
    to: AgentId | None
    queue: QueueId | None


class TalkLive(Struct):
    parties: dict[LegId, PartyLive] = {}
    host: LegId | None = None
    transfer: TransferLive | None = None
    recorded: bool = False
    paused: InstantUs | None = None
    choices: list[str] = []
    variables: dict[str, str] = {}
    outbound: bool = False

    def agents(self) -> Iterator[AgentId]:
        """Whose desks show this talk."""
        for one in self.parties.values():
            if one.agent is not None:
                yield one.agent

    def leg_of(self, agent: AgentId) -> PartyLive | None:
        for one in self.parties.values():
            if one.agent == agent:
                return one
        return None

    def others(self, agent: AgentId) -> list[PartyLive]:
        """Who else takes part, watchers apart."""
        return [
            one
            for one in self.parties.values()
            if one.party is not Party.WATCHER and one.agent != agent
        ]


Fold = Callable[[TalkLive, Any, InstantUs], None]


def _customer_arrived(talk: TalkLive, event: calls.CallArrived, at: InstantUs) -> None:
    talk.parties[event.leg] = PartyLive(
        event.leg, Party.CUSTOMER, at, PartyState.TALKING, number=event.caller
    )


def _made(talk: TalkLive, _event: calls.CallMade | calls.CallbackPromised, _at: InstantUs) -> None:
    talk.outbound = True


def _dialled(talk: TalkLive, event: calls.LegDialled, at: InstantUs) -> None:
    talk.parties[event.leg] = PartyLive(
        event.leg,
        event.party,
        at,
        agent=event.agent,
        entry=event.entry,
        number=event.number,
        offer=event.offer,
        watches=event.watches,
        mode=event.mode,
    )


def _connected(talk: TalkLive, event: calls.LegConnected, at: InstantUs) -> None:
    party = talk.parties.get(event.leg)
    if party is not None:
        party.state, party.since = PartyState.TALKING, at
        if party.party is Party.AGENT and talk.host is None:
            talk.host = event.leg


def _matrix(talk: TalkLive, event: calls.MatrixChanged, at: InstantUs) -> None:
    party = None if event.joined is None else talk.parties.get(event.joined)
    if party is not None:
        party.joined, party.since = True, at


def _gone(talk: TalkLive, event: calls.LegEnding | calls.LegEnded, _at: InstantUs) -> None:
    talk.parties.pop(event.leg, None)
    if talk.host == event.leg:
        talk.host = None


def _held(talk: TalkLive, event: calls.PartyHeld, at: InstantUs) -> None:
    party = talk.parties.get(event.leg)
    if party is not None:
        party.state = PartyState.HELD if event.held else PartyState.TALKING
        party.since = at


def _merged(talk: TalkLive, _event: calls.PartiesMerged, at: InstantUs) -> None:
    talk.transfer = None
    for party in talk.parties.values():
        if party.state is PartyState.HELD:
            party.state, party.since = PartyState.TALKING, at


def _host(talk: TalkLive, event: calls.HostChanged, _at: InstantUs) -> None:
    talk.host = event.leg


def _returned(talk: TalkLive, _event: calls.CallerReturned, _at: InstantUs) -> None:
    talk.host = None


def _transfer(talk: TalkLive, event: calls.TransferStarted, _at: InstantUs) -> None:
    talk.transfer = TransferLive(event.how, event.kind, event.to, event.queue)


def _transferred(
    talk: TalkLive, _event: calls.TransferCompleted | calls.TransferFailed, _at: InstantUs
) -> None:
    talk.transfer = None


def _watch_set(talk: TalkLive, event: calls.WatchSet, _at: InstantUs) -> None:
    party = talk.parties.get(event.leg)
    if party is not None:
        party.mode = event.mode


def _joined(talk: TalkLive, event: calls.WatcherJoined, at: InstantUs) -> None:
    party = talk.parties.get(event.leg)
    if party is not None:
        party.party, party.since, party.watches, party.mode = Party.AGENT, at, None, None
        party.joined = True
        talk.host = event.leg


def _interrupted(talk: TalkLive, event: calls.LineInterrupted, at: InstantUs) -> None:
    party = talk.parties.get(event.leg)
    if party is not None:
        party.interrupted = at if event.lost else None


def _paused(talk: TalkLive, event: calls.RecordingPaused, at: InstantUs) -> None:
    talk.paused = at if event.paused else None


def _track(talk: TalkLive, event: calls.TrackStarted, _at: InstantUs) -> None:
    talk.recorded = talk.recorded or event.purpose is TrackPurpose.RECORDING


def _over(talk: TalkLive, _event: calls.ContactEnded, _at: InstantUs) -> None:
    """What the flow asked stays, for who writes up."""
    talk.parties.clear()
    talk.host = talk.transfer = talk.paused = None
    talk.recorded = False


def _advanced(talk: TalkLive, event: flows.FlowAdvanced, _at: InstantUs) -> None:
    talk.variables.update(event.variables)
    if event.choice:
        talk.choices.append(event.choice)
        del talk.choices[:-MOST_CHOICES]


_FOLDS: Final[dict[type[Any], Fold]] = {
    calls.CallArrived: _customer_arrived,
    calls.CallMade: _made,
    calls.CallbackPromised: _made,
    calls.LegDialled: _dialled,
    calls.LegConnected: _connected,
    calls.MatrixChanged: _matrix,
    calls.LegEnding: _gone,
    calls.LegEnded: _gone,
    calls.PartyHeld: _held,
    calls.PartiesMerged: _merged,
    calls.HostChanged: _host,
    calls.CallerReturned: _returned,
    calls.TransferStarted: _transfer,
    calls.TransferCompleted: _transferred,
    calls.TransferFailed: _transferred,
    calls.WatchSet: _watch_set,
    calls.WatcherJoined: _joined,
    calls.LineInterrupted: _interrupted,
    calls.RecordingPaused: _paused,
    calls.TrackStarted: _track,
    calls.ContactEnded: _over,
    flows.FlowAdvanced: _advanced,
}


def takes(event: object) -> bool:
    """Whether an event says anything of who takes part."""
    return type(event) in _FOLDS


def fold(talk: TalkLive, envelope: Envelope) -> set[AgentId]:
    """Take one event into account: the agents whose desks may show something else now."""
    before = set(talk.agents())
    _FOLDS[type(envelope.body)](talk, envelope.body, envelope.at)
    return before | set(talk.agents())


# --- rows ---


def talk_row(talk: TalkLive, client: definition.Client | None) -> TalkRow | None:
    """Who takes part now; None when nobody does (any more)."""
    if not talk.parties:
        return None
    recording = None
    if talk.recorded:
        until = None
        if talk.paused is not None and client is not None:
            until = InstantUs(talk.paused + client.pause_us)
        recording = RecordingRow(talk.paused is not None, until)
    transfer = talk.transfer
    return TalkRow(
        tuple(_party_row(talk, one) for one in talk.parties.values()),
        transfer and TransferRow(transfer.how, transfer.kind, transfer.to, transfer.queue),
        recording,
        talk.outbound,
    )


def _party_row(talk: TalkLive, one: PartyLive) -> PartyRow:
    watched = None if one.watches is None else talk.parties.get(one.watches)
    return PartyRow(
        one.leg,
        one.party,
        one.state,
        one.since,
        one.agent,
        one.entry,
        one.leg == talk.host,
        one.interrupted,
        one.mode,
        None if watched is None else watched.agent,
    )


def answers(talk: TalkLive, floor: definition.Floor | None, client: ClientId) -> tuple[Answer, ...]:
    """What the flow knows about the contact, as far as it isn't personal: variables that the
    flows in force set to words of their own. What a caller typed, or a web service said, lies
    in the vault: `said`."""
    if floor is None:
        return ()
    plain, personal = _variables(floor, client)
    return tuple(
        Answer(name, value)
        for name, value in talk.variables.items()
        if name in plain and name not in personal
    )


def said(talk: TalkLive, floor: definition.Floor | None, client: ClientId) -> dict[str, VaultId]:
    """The variables whose values lie in the vault."""
    if floor is None:
        return {}
    _, personal = _variables(floor, client)
    return {
        name: VaultId(value) for name, value in talk.variables.items() if name in personal and value
    }


def _variables(floor: definition.Floor, client: ClientId) -> tuple[set[str], set[str]]:
    plain: set[str] = set()
    personal: set[str] = set()
    for flow in floor.flows:
        if flow.client != client:
            continue
        for step in flow.steps.values():
            match step:
                case definition.SetVariables():
                    plain.update(step.values)
                case definition.AskWebStep():
                    plain.update(step.choices)
                    personal.update(step.texts)
                case definition.Collect():
                    personal.add(step.variable)
                case _:
                    pass
    return plain, personal


# --- what a desk may do now ---


def may_talking(talk: TalkLive, agent: AgentId, held: bool) -> tuple[str, ...]:
    """The desk commands that fit an agent who talks."""
    mine, others = talk.leg_of(agent), talk.others(agent)
    if mine is not None and not mine.joined:
        return ("hang-up", "away", "ready")
    if mine is None or talk.host != mine.leg:
        return ("digits", "hang-up", "wrap-up", "away", "ready")
    may = ["hang-up", "wrap-up", "away", "ready"]
    ringing = [one for one in others if one.state is PartyState.RINGING]
    there = [one for one in others if one.state is not PartyState.RINGING]
    if talk.transfer is None or ringing:
        may.append("unhold" if held else "hold")
    if any(one.state is PartyState.TALKING for one in there):
        may.append("digits")
    if talk.transfer is None and len(others) == 1:
        may += ["consult", "transfer"]
    if len(others) > 1:
        may += ["complete-transfer", "drop"]
    if len(there) > 1:
        may.append("toggle")
        if talk.transfer is not None or any(one.state is PartyState.HELD for one in there):
            may.append("merge")
    if talk.recorded:
        may.append("resume-recording" if talk.paused is not None else "pause-recording")
    return tuple(may)
