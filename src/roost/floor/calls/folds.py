"""How events change the calls' state: what a state means stands in `model.py`."""

from roost.floor import definition
from roost.floor.calls import messages as m
from roost.floor.calls.model import (
    Account,
    Call,
    Calls,
    Collection,
    Leg,
    LegState,
    Track,
    Transfer,
    leg_reason,
    without_play,
)
from roost.floor.parties import Party
from roost.kernel.ends import Reason
from roost.kernel.ids import (
    ClientId,
    ContactId,
    LegId,
)
from roost.kernel.time import InstantUs


def configured(state: Calls, floor: definition.Floor) -> None:
    """New definitions: numbers and clients; a client's count goes on."""
    state.numbers = {number.number: number.client for number in floor.numbers}
    shown = {number.client: number.number for number in reversed(floor.numbers)}
    accounts: dict[str, Account] = {}
    for client in floor.clients:
        old = state.accounts.get(client.id)
        accounts[client.id] = Account(
            client.record,
            client.hold_music,
            old.count if old else 0,
            {entry.id: entry.number for entry in client.directory},
            shown.get(client.id, ""),
            client.pause_us,
            client.calling_out,
        )
    for gone in state.accounts.keys() - accounts.keys():
        accounts[gone] = state.accounts[gone]  # its calls are still going on
    state.accounts = dict(sorted(accounts.items()))


def arrived(state: Calls, event: m.CallArrived, at: InstantUs) -> None:
    assert event.contact is not None
    state.made += 1
    client = ClientId(event.owner)
    state.accounts[client].count = event.count
    state.legs[event.leg] = event.contact
    state.calls[event.contact] = Call(
        event.contact,
        client,
        event.owner,
        event.media,
        event.leg,
        event.number,
        event.caller,
        {event.leg: Leg(event.leg, LegState.RINGING, since=at)},
        at,
        [event.leg],
        trunk=event.trunk,
        may_call=event.may_call,
        count=event.count,
    )


def made(state: Calls, event: m.CallMade, at: InstantUs) -> None:
    """A contact of ours: its customer's leg isn't there yet."""
    call = _ours(state, event, at)
    call.offers_made = 1
    call.entry = event.entry


def promised(state: Calls, event: m.CallbackPromised, at: InstantUs) -> None:
    """A contact of ours that nobody is on yet."""
    _ours(state, event, at).callback = True


def _ours(state: Calls, event: m.CallMade | m.CallbackPromised, at: InstantUs) -> Call:
    assert event.contact is not None
    state.made += 1
    client = ClientId(event.owner)
    state.accounts[client].count = event.count
    call = state.calls[event.contact] = Call(
        event.contact,
        client,
        event.owner,
        event.media,
        event.leg,
        event.shown,
        event.number,
        {},
        at,
        [],
        outbound=True,
        count=event.count,
    )
    return call


def serving(state: Calls, event: m.MediaServing) -> None:
    """Callbacks that nobody is on yet move with it."""
    state.media = event.media
    for call in state.calls.values():
        if call.callback and not call.legs_made and call.ended_at is None:
            call.media = event.media


def _call(state: Calls, contact: ContactId | None) -> Call:
    assert contact is not None
    return state.calls[contact]


def call_answered(state: Calls, event: m.CallAnswered) -> None:
    call = _call(state, event.contact)
    call.answered = True
    leg = call.legs[call.caller_leg]
    if leg.state is LegState.RINGING:
        leg.state = LegState.ANSWERED
    leg.connected = True


def acknowledged(state: Calls, event: m.CallAcknowledged) -> None:
    _call(state, event.contact).legs[event.leg].state = LegState.UP


def matrix_changed(state: Calls, event: m.MatrixChanged, at: InstantUs) -> None:
    call = _call(state, event.contact)
    call.version = event.version
    call.routes = event.routes
    if event.joined is not None:
        _joined(call, call.legs[event.joined], at)
    elif not call.talking:
        call.waiting = event.routes
    if not call.answered and not call.outbound:
        call.early = True


def _joined(call: Call, leg: Leg, at: InstantUs) -> None:
    """A leg is a part of the talk, and the customer with it; a first agent carries it."""
    leg.joined = True
    leg.whisper = None
    if leg.party is Party.CUSTOMER:
        return
    leg.state = LegState.BRIDGED
    leg.since = at
    if leg.party is Party.WATCHER:
        return
    customer = call.legs.get(call.caller_leg)
    if customer is not None and customer.state is not LegState.DIALLED:
        customer.joined = True
    if call.host is None and leg.party is Party.AGENT:
        call.host = leg.id


def collection_started(state: Calls, event: m.CollectionStarted) -> None:
    _call(state, event.contact).collection = Collection(
        event.collect,
        event.leg,
        event.most,
        event.terminators,
        event.first_us,
        event.next_us,
        event.mask,
    )


def collection_ended(state: Calls, event: m.CollectionEnded) -> None:
    _call(state, event.contact).collection = None


def play_finished(state: Calls, event: m.PlayFinished) -> None:
    """The play leaves the matrix by itself: media has nothing more to play."""
    call = _call(state, event.contact)
    call.routes = without_play(call.routes, event.play)


def leg_dialled(state: Calls, event: m.LegDialled, at: InstantUs) -> None:
    call = _call(state, event.contact)
    call.legs_made += 1
    call.legs[event.leg] = Leg(
        event.leg,
        LegState.DIALLED,
        event.agent,
        event.offer,
        at,
        party=event.party,
        watches=event.watches,
        mode=event.mode,
        number=event.number,
        entry=event.entry,
    )
    if event.party is Party.WATCHER:
        call.offers_made += 1
    transfer, target = call.transfer, event.party in (Party.AGENT, Party.GUEST)
    if target and transfer and transfer.leg is None and event.offer == transfer.offer:
        transfer.leg = event.leg
    state.legs[event.leg] = call.id


def leg_connected(state: Calls, event: m.LegConnected, at: InstantUs) -> None:
    call = _call(state, event.contact)
    leg = call.legs[event.leg]
    leg.state = LegState.UP
    leg.since = at
    leg.connected = True
    call.unmeasured.append(event.leg)


def leg_ending(state: Calls, event: m.LegEnding, at: InstantUs) -> None:
    leg = _call(state, event.contact).legs[event.leg]
    leg.state = LegState.ENDING
    leg.since = at
    leg.reason = event.reason
    _left(_call(state, event.contact), event.leg)


def leg_ended(state: Calls, event: m.LegEnded) -> None:
    call = _call(state, event.contact)
    del call.legs[event.leg]
    del state.legs[event.leg]
    _left(call, event.leg)
    _clear(state, call)


def _left(call: Call, leg: LegId) -> None:
    """No part of the talk any more; its recording is asked to stop with it."""
    if call.host == leg:
        call.host = None
    if leg in call.legs:
        call.legs[leg].joined = False
    for track in call.tracks.values():
        if track.leg == leg:
            track.over = True


def held(state: Calls, event: m.PartyHeld) -> None:
    _call(state, event.contact).legs[event.leg].held = event.held


def merged(state: Calls, event: m.PartiesMerged) -> None:
    """The consultation is over: everybody talks."""
    _call(state, event.contact).transfer = None


def host_changed(state: Calls, event: m.HostChanged) -> None:
    _call(state, event.contact).host = event.leg


def invited(state: Calls, event: m.AgentInvited) -> None:
    call = _call(state, event.contact)
    call.offers_made += 1
    if call.transfer is not None:
        call.transfer.offer = event.offer


def returned(state: Calls, event: m.CallerReturned) -> None:
    """The customer is no part of any talk; what was recorded of it is asked to stop."""
    call = _call(state, event.contact)
    call.host = None
    call.direct, call.ringing = event.direct, event.ringing
    call.returning = True
    customer = call.legs.get(call.caller_leg)
    if customer is not None:
        customer.joined = customer.held = False
    for track in call.tracks.values():
        track.over = True
    if call.paused:
        call.paused = False


def waits(state: Calls, contact: ContactId) -> None:
    """In a queue again."""
    call = state.calls.get(contact)
    if call is not None:
        call.returning = False


def assigned(state: Calls, contact: ContactId) -> None:
    """Whoever was named by a transfer has been asked first, and is asked only once."""
    call = state.calls.get(contact)
    if call is not None:
        call.direct = call.ringing = None


def rescued(call: Call) -> None:
    """On the safe path: a number that was being called for it isn't any more."""
    call.transfer = None


def transfer_started(state: Calls, event: m.TransferStarted) -> None:
    """A consultation that becomes a blind transfer keeps whom it calls."""
    call = _call(state, event.contact)
    before = call.transfer
    call.transfer = Transfer(event.how, event.kind, event.agent, line=event.line)
    if before is not None:
        call.transfer.leg, call.transfer.offer = before.leg, before.offer


def transfer_over(state: Calls, event: m.TransferCompleted | m.TransferFailed) -> None:
    _call(state, event.contact).transfer = None


def watch_set(state: Calls, event: m.WatchSet) -> None:
    _call(state, event.contact).legs[event.leg].mode = event.mode


def watcher_joined(state: Calls, event: m.WatcherJoined) -> None:
    call = _call(state, event.contact)
    leg = call.legs[event.leg]
    leg.party = Party.AGENT
    leg.watches = leg.mode = None
    call.host = event.leg


def whispered(state: Calls, event: m.AgentWhispered) -> None:
    _call(state, event.contact).legs[event.leg].whisper = event.play


def interrupted(state: Calls, event: m.LineInterrupted, at: InstantUs) -> None:
    _call(state, event.contact).legs[event.leg].lost_at = at if event.lost else None


def paused(state: Calls, event: m.RecordingPaused) -> None:
    call = _call(state, event.contact)
    call.paused = event.paused
    call.pauses = event.pause


def track_started(state: Calls, event: m.TrackStarted) -> None:
    call = _call(state, event.contact)
    call.tracks[event.track] = Track(event.leg, event.purpose, event.most_us)
    call.tracks_made += 1


def track_over(state: Calls, event: m.TrackEnded | m.TrackLost) -> None:
    call = _call(state, event.contact)
    del call.tracks[event.track]
    _clear(state, call)


def measured(state: Calls, event: m.LegQuality) -> None:
    call = _call(state, event.contact)
    call.unmeasured.remove(event.leg)
    _clear(state, call)


def asked(state: Calls, event: m.LegAsked) -> None:
    _call(state, event.contact).legs[event.leg].asks = event.times


def found(state: Calls, event: m.LegFound) -> None:
    _call(state, event.contact).legs[event.leg].asks = 0


def contact_ended(state: Calls, event: m.ContactEnded, at: InstantUs) -> None:
    """Legs that are still there are being ended from now on."""
    call = _call(state, event.contact)
    call.ended_at = at
    call.collection = None
    call.routes = ()
    for leg in call.legs.values():
        if leg.state is not LegState.ENDING:
            leg.state = LegState.ENDING
            leg.reason = leg_reason(leg, event.blame, event.reason)
    if event.reason is Reason.MEDIA_LOST or not (call.early or call.answered):
        call.unmeasured.clear()  # nobody is there who could report figures
    _clear(state, call)


def cleared(state: Calls, event: m.CallCleared) -> None:
    assert event.contact is not None
    call = state.calls.pop(event.contact)
    for leg in call.legs:
        del state.legs[leg]


def _clear(state: Calls, call: Call) -> None:
    """An ended call of which nothing is owed any more leaves the state."""
    if call.ended_at is not None and not (call.legs or call.tracks or call.unmeasured):
        del state.calls[call.id]
