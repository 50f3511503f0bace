"""Answering a call: what a user agent server does with an INVITE outside of dialogs
(RFC 3261, 13.3), CANCEL (9.2), reliable provisional answers (RFC 3262)."""

from typing import Final

from roost.kernel.time import DurationUs, InstantUs, after
from roost.protocols.sip import session_timers
from roost.protocols.sip.core import Core, dialog_headers
from roost.protocols.sip.dialogs import EARLY, Dialog, Phase, Turn, received
from roost.protocols.sip.ending import send_bye
from roost.protocols.sip.events import By, Confirmed, Invited, Reanswered, Why
from roost.protocols.sip.headers import Via, parse_rack, top_via
from roost.protocols.sip.message import Request, encode
from roost.protocols.sip.parse import Malformed, parse
from roost.protocols.sip.routing import Peer, answers_go, behind_nat, tag_of
from roost.protocols.sip.sessions import agree_as_server, arm_session
from roost.protocols.sip.timers import PATIENCE, T1, T2, Timer
from roost.protocols.sip.transactions import Server, State, server_key
from roost.protocols.sip.uri import BadSyntax

MAX_RSEQ: Final = 2**31 - 1


def leg_of(core: Core, request: Request) -> str:
    """A caller's leg: the same INVITE always gives the same id."""
    headers = request.headers
    return core.mint(f"leg {headers.get('Call-ID')} {tag_of(headers.get('From') or '')}")


def invited(core: Core, server: Server, via: Via, source: Peer, now: InstantUs) -> None:
    """A new INVITE was admitted."""
    request = server.request
    assert request is not None
    leg = leg_of(core, request)
    dialog = core.dialogs.get(leg)
    if dialog is not None:
        _met_again(core, dialog, server, now)
        return
    if session_timers.too_small(request, core.identity.min_se_s):
        core.respond(server, 422, now, (("Min-SE", str(core.identity.min_se_s)),), core.mint(leg))
        return
    server.user = leg
    core.respond(server, 100, now)
    direct = behind_nat(via, source)
    tag = core.mint(f"tag {leg}")
    dialog = received(request, leg, tag, core.contact(leg, source), source, direct)
    dialog.server = server.key
    dialog.invite = encode(request)
    core.keep(dialog)
    core.events.append(Invited(leg, request, source))


def _met_again(core: Core, dialog: Dialog, server: Server, now: InstantUs) -> None:
    """The INVITE of a call that we know, in a new transaction: it's ours again after a restart
    (the transaction is gone, the dialog was kept), or it came by two ways (8.2.2.2)."""
    if dialog.server and dialog.server in core.transactions.servers:
        core.respond(server, 482, now, to_tag=core.mint(server.key))
        return
    server.user = dialog.leg
    if dialog.phase in EARLY:
        dialog.server = server.key
        core.respond(server, 100, now)
    elif dialog.final:
        core.transactions.respond_bytes(server, 200, dialog.final, now)
    else:
        core.respond(server, 482, now, to_tag=dialog.local_tag)  # long acknowledged


def pending(core: Core, dialog: Dialog) -> Server | None:
    """The transaction of the INVITE that a dialog began with; after a restart made anew from
    what was kept of it."""
    server = core.transactions.servers.get(dialog.server) if dialog.server else None
    if server is not None or not dialog.invite:
        return server
    try:
        request = parse(dialog.invite)
    except Malformed:
        return None
    assert isinstance(request, Request)
    via = top_via(request)
    server = Server(
        server_key(request, via), "INVITE", answers_go(via, dialog.peer), State.PROCEEDING
    )
    server.user = dialog.leg
    server.request = request
    core.transactions.servers[server.key] = server
    dialog.server = server.key
    return server


def ring(core: Core, dialog: Dialog, status: int, body: bytes, now: InstantUs) -> None:
    """Answers 180 or 183; with a body it's early media."""
    if dialog.phase not in EARLY or dialog.ringing:
        return  # while a reliable one is under way, another would say nothing new
    server = pending(core, dialog)
    if server is None or server.request is None:
        return
    dialog.move(Turn.WE_RING)
    if body:
        dialog.local_sdp = body
    headers = dialog_headers(dialog)
    if not dialog.reliable:
        core.respond(server, status, now, headers, dialog.local_tag, body)
        return
    dialog.rseq = dialog.rseq % MAX_RSEQ + 1
    headers = (*headers, ("Require", "100rel"), ("RSeq", str(dialog.rseq)))
    dialog.ringing = core.respond(server, status, now, headers, dialog.local_tag, body)
    dialog.pause = T1
    core.timers.start(now, T1, dialog.leg, Timer.RELIABLE)


def ringing_expired(core: Core, dialog: Dialog, now: InstantUs) -> None:
    """A reliable provisional answer was not acknowledged yet (RFC 3262, 3)."""
    server = pending(core, dialog) if dialog.ringing and dialog.phase in EARLY else None
    if server is None:
        return
    dialog.pause = DurationUs(dialog.pause * 2)
    if dialog.pause > PATIENCE:
        refuse(core, dialog, 504, now)
        return
    core.transactions.respond_bytes(server, 180, dialog.ringing, now)
    core.timers.start(now, dialog.pause, dialog.leg, Timer.RELIABLE)


def pracked(core: Core, dialog: Dialog, server: Server, now: InstantUs) -> None:
    """A PRACK came in (RFC 3262, 3)."""
    assert server.request is not None
    try:
        rack = parse_rack(server.request.headers.get("RAck") or "")
    except BadSyntax:
        core.respond(server, 400, now)
        return
    if not dialog.ringing or (rack.rseq, rack.cseq) != (dialog.rseq, dialog.invite_seq):
        core.respond(server, 481, now)
        return
    dialog.ringing = b""
    if server.request.body and dialog.delayed:
        dialog.remote_sdp = server.request.body  # the answer to the offer in our 183
        dialog.delayed = False
    core.respond(server, 200, now)
    if dialog.held_answer is not None:
        body, dialog.held_answer = dialog.held_answer, None
        answer(core, dialog, body, now)


def answer(core: Core, dialog: Dialog, body: bytes, now: InstantUs) -> None:
    """Answers 200. It's sent again until the ACK comes (RFC 3261, 13.3.1.4)."""
    if dialog.phase not in EARLY:
        return
    if dialog.ringing:
        dialog.held_answer = body
        return
    server = pending(core, dialog)
    if server is None or server.request is None:
        return
    dialog.move(Turn.WE_ANSWER)
    dialog.local_sdp = body
    headers = (*dialog_headers(dialog), *agree_as_server(core, dialog, server.request))
    final = core.respond(server, 200, now, headers, dialog.local_tag, body)
    await_ack(core, dialog, final, dialog.invite_seq, now)


def await_ack(core: Core, dialog: Dialog, final: bytes, number: int, now: InstantUs) -> None:
    """Sends a 2xx to an INVITE again until it's acknowledged, whatever the transport."""
    dialog.final = final
    dialog.final_seq = number
    dialog.final_until = after(now, PATIENCE)
    dialog.pause = T1
    core.timers.start(now, T1, dialog.leg, Timer.ACCEPTED)


def accepted_expired(core: Core, dialog: Dialog, now: InstantUs) -> None:
    if not dialog.final:
        return
    if now >= dialog.final_until:
        dialog.final = b""
        send_bye(core, dialog, By.NETWORK, Why.NO_ACK, now)
        return
    server = core.transactions.servers.get(dialog.server)
    if server is not None:
        core.transactions.respond_bytes(server, 200, dialog.final, now)
    core.count("sent_again")
    dialog.pause = min(DurationUs(dialog.pause * 2), T2)
    core.timers.start(now, dialog.pause, dialog.leg, Timer.ACCEPTED)


def acknowledged(core: Core, dialog: Dialog, request: Request, now: InstantUs) -> None:
    """The ACK of our 2xx came in."""
    number = int((request.headers.get("CSeq") or "0").split()[0])
    if not dialog.final or number != dialog.final_seq:
        return
    dialog.final = dialog.invite = b""
    dialog.server = ""
    if request.body:
        dialog.remote_sdp = request.body
    if dialog.phase is Phase.CLOSING:  # ended before the ACK: the BYE waited for it
        send_bye(core, dialog, By.US, Why.BYE, now)
        return
    first = dialog.move(Turn.THEY_ACKNOWLEDGE)
    arm_session(core, dialog, now)
    if first:
        core.events.append(Confirmed(dialog.leg, request.body))
    elif dialog.delayed and request.body:
        core.events.append(Reanswered(dialog.leg, request.body))
    dialog.delayed = False


def refuse(
    core: Core,
    dialog: Dialog,
    status: int,
    now: InstantUs,
    headers: tuple[tuple[str, str], ...] = (),
) -> None:
    """Answers with a final failure; the leg is over."""
    if dialog.phase not in EARLY:
        return
    server = pending(core, dialog)
    if server is not None:
        core.respond(server, status, now, headers, dialog.local_tag)
    core.finish(dialog, By.US, Why.REFUSED, status)


def cancelled(core: Core, own: Server, via: Via, now: InstantUs) -> None:
    """A CANCEL came in, as transaction `own`; it's answered first, then its INVITE (RFC 3261,
    9.2). A 2xx that we sent before stands: the caller will acknowledge it and say BYE."""
    request = own.request
    assert request is not None
    server = core.transactions.invite_of(request, via)
    dialog = core.dialogs.get(leg_of(core, request) if server is None else server.user)
    if server is None:
        if dialog is None or dialog.phase not in EARLY:
            core.respond(own, 481, now, to_tag=core.mint(via.branch))
            return
        server = pending(core, dialog)  # after a restart
    if dialog is None or server is None:
        core.respond(own, 200, now, to_tag=core.mint(via.branch))
        return
    reason = request.headers.get("Reason") or ""
    core.respond(own, 200, now, to_tag=dialog.local_tag)
    if dialog.phase in EARLY:
        core.respond(server, 487, now, to_tag=dialog.local_tag)
        core.finish(dialog, By.THEM, Why.CANCELLED, 487, reason)
    elif server.state is State.PROCEEDING and server.key == dialog.server:
        core.respond(server, 487, now, to_tag=dialog.local_tag)  # a re-INVITE
        dialog.server = ""
