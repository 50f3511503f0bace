"""What happens within a dialog that's up: new offers by re-INVITE and UPDATE both ways with
their glare, OPTIONS, INFO, NOTIFY (RFC 3261, 14; RFC 3311; RFC 6086; RFC 6337)."""

import re
from typing import Final

from roost.kernel.time import DurationUs, InstantUs, seconds
from roost.protocols.sip.answering import await_ack, pracked
from roost.protocols.sip.core import Core, dialog_headers
from roost.protocols.sip.dialogs import ALLOW, Dialog, Phase
from roost.protocols.sip.ending import byed, send_bye
from roost.protocols.sip.events import (
    Alive,
    By,
    Digit,
    Notified,
    OfferRefused,
    Reanswered,
    ReferAnswered,
    Reoffered,
    Why,
)
from roost.protocols.sip.headers import retry_after_s
from roost.protocols.sip.message import Response
from roost.protocols.sip.referring import referred
from roost.protocols.sip.session_timers import too_small
from roost.protocols.sip.sessions import (
    agree_as_client,
    agree_as_server,
    arm_session,
    asking,
)
from roost.protocols.sip.timers import Timer
from roost.protocols.sip.transactions import Client, Send, Server

_RELAY: Final = re.compile(rb"(?i)(?:^|[\r\n])\s*Signal\s*=\s*([0-9*#A-D]|1[0-5])\s*(?:[\r\n]|$)")
_PLAIN: Final = re.compile(rb"\s*([0-9*#A-Da-d]|1[0-5])\s*")
_BY_NUMBER: Final = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}
MOST_RETRY_S: Final = 10
CHALLENGED: Final = frozenset((401, 407))
DIALOG_ENDS: Final = frozenset((408, 481))  # RFC 5057


def requested(core: Core, dialog: Dialog, server: Server, now: InstantUs) -> None:
    """A request within a dialog, new in its transaction."""
    request = server.request
    assert request is not None
    number = int((request.headers.get("CSeq") or "0").split()[0])
    server.user = dialog.leg
    method = request.method
    if number < dialog.remote_seq and method != "BYE":
        core.respond(server, 500, now)  # out of order (12.2.2); a BYE means itself even so
        return
    dialog.remote_seq = max(number, dialog.remote_seq)
    if method == "BYE":
        core.respond(server, 200, now)
        byed(core, dialog, request.headers.get("Reason") or "", now)
    elif method in ("INVITE", "UPDATE"):
        _reoffered(core, dialog, server, now)
    elif method == "PRACK":
        pracked(core, dialog, server, now)
    elif method == "INFO":
        _told(core, dialog, server, now)
    elif method == "OPTIONS":
        core.respond(server, 200, now, (*dialog_headers(dialog), ("Accept", "application/sdp")))
    elif method == "NOTIFY":
        event = (request.headers.get("Event") or "").partition(";")[0].strip().lower()
        core.respond(server, 200, now)
        core.events.append(Notified(dialog.leg, event, request.body))
    elif method == "REFER":
        referred(core, dialog, server, now)
    else:
        core.respond(server, 405, now, (("Allow", ALLOW),))


def _reoffered(core: Core, dialog: Dialog, server: Server, now: InstantUs) -> None:
    """Their re-INVITE or UPDATE. One offer at a time, from one side (RFC 3261, 14.2)."""
    request = server.request
    assert request is not None
    update = request.method == "UPDATE"
    if dialog.phase is Phase.CLOSING:
        core.respond(server, 481, now)
        return
    if dialog.server and dialog.phase is Phase.UP:
        core.respond(server, 500, now, (("Retry-After", str(_seconds(core, server.key))),))
        return
    if dialog.client or (dialog.phase is not Phase.UP and (request.body or not update)):
        core.respond(server, 491, now)
        return
    if too_small(request, core.identity.min_se_s):
        core.respond(server, 422, now, (("Min-SE", str(core.identity.min_se_s)),))
        return
    dialog.retarget(request)
    if update and not request.body:  # refreshes the session, changes nothing else
        headers = (*dialog_headers(dialog), *agree_as_server(core, dialog, request))
        core.respond(server, 200, now, headers)
        arm_session(core, dialog, now)
        return
    dialog.server = server.key
    dialog.delayed = not request.body
    if not update:
        core.respond(server, 100, now)
    core.events.append(Reoffered(dialog.leg, request.body))


def accept(core: Core, dialog: Dialog, body: bytes, now: InstantUs) -> None:
    """Answers their offer (or, where they made none, makes ours)."""
    server = core.transactions.servers.get(dialog.server)
    if server is None or server.request is None or dialog.phase is not Phase.UP:
        return
    request = server.request
    headers = (*dialog_headers(dialog), *agree_as_server(core, dialog, request))
    number = int((request.headers.get("CSeq") or "0").split()[0])
    dialog.local_sdp = body
    if request.body:
        dialog.remote_sdp = request.body
    final = core.respond(server, 200, now, headers, body=body)
    if server.method == "INVITE":
        await_ack(core, dialog, final, number, now)
    else:
        dialog.server = ""
        arm_session(core, dialog, now)
        _offer_waiting(core, dialog, now)


def decline(core: Core, dialog: Dialog, status: int, now: InstantUs) -> None:
    """Refuses their offer; the call goes on as it was."""
    server = core.transactions.servers.get(dialog.server)
    dialog.server = ""
    if server is not None:
        core.respond(server, status, now)
    _offer_waiting(core, dialog, now)


def reoffer(core: Core, dialog: Dialog, body: bytes, now: InstantUs) -> None:
    """Sends a re-INVITE with our offer, as soon as no other is under way."""
    if dialog.phase is not Phase.UP:
        return
    dialog.wanted = body
    _offer_waiting(core, dialog, now)


def _offer_waiting(core: Core, dialog: Dialog, now: InstantUs) -> None:
    if not dialog.wanted or dialog.client or dialog.server or dialog.phase is not Phase.UP:
        return
    dialog.offered, dialog.wanted = dialog.wanted, b""
    dialog.refresh_only = False
    headers = (*dialog_headers(dialog), *asking(core))
    dialog.client = core.send(dialog, "INVITE", now, headers, dialog.offered).key


def line_free(core: Core, dialog: Dialog, now: InstantUs) -> None:
    """The ACK of our 2xx is in, or a pause after a glare is over."""
    _offer_waiting(core, dialog, now)


def replied(core: Core, dialog: Dialog, client: Client, response: Response, now: InstantUs) -> None:
    """An answer to a request of ours within a dialog."""
    status = response.status
    if client.method == "INVITE" and 200 <= status < 300:
        _reanswered(core, dialog, client, response, now)
        return
    if status < 200:
        return
    if status in CHALLENGED and core.send_again(dialog, client, response, now):
        return
    if client.method in ("BYE", "CANCEL"):
        if client.method == "BYE":
            core.forget(dialog)
        return
    if client.key == dialog.client:
        dialog.client = ""
        _offer_ended(core, dialog, client, response, now)
    if client.method == "REFER":
        core.events.append(ReferAnswered(dialog.leg, status, response.reason))
    if client.method == "NOTIFY":
        return  # whatever is said of it ends a subscription, not the call (RFC 5057, 5.1)
    if status in DIALOG_ENDS:
        if dialog.phase is Phase.UP:
            why = Why.UNKNOWN if status == 481 else Why.NO_ANSWER
            send_bye(core, dialog, By.NETWORK, why, now)
        return
    if client.method == "OPTIONS":
        core.events.append(Alive(dialog.leg))


def _reanswered(
    core: Core, dialog: Dialog, client: Client, response: Response, now: InstantUs
) -> None:
    number = int((response.headers.get("CSeq") or "0").split()[0])
    if client.key != dialog.client:  # doubled: our ACK was lost
        if dialog.ack and dialog.ack_seq == number:
            core.transactions.sends.append(Send(dialog.ack, dialog.peer))
        return
    dialog.client = ""
    dialog.retarget(response)
    core.send_ack(dialog, number)
    _offer_done(core, dialog, response, now)


def _offer_done(core: Core, dialog: Dialog, response: Response, now: InstantUs) -> None:
    if dialog.phase is not Phase.UP:
        return
    if dialog.offered:
        dialog.local_sdp, dialog.offered = dialog.offered, b""
    if response.body:
        dialog.remote_sdp = response.body
    agree_as_client(core, dialog, response, now)
    if not dialog.refresh_only:
        core.events.append(Reanswered(dialog.leg, response.body))
    dialog.refresh_only = False
    _offer_waiting(core, dialog, now)


def _offer_ended(
    core: Core, dialog: Dialog, client: Client, response: Response, now: InstantUs
) -> None:
    """Our re-INVITE failed, or an UPDATE ended either way."""
    status = response.status
    offered = dialog.offered
    if status < 300:
        _offer_done(core, dialog, response, now)
        return
    dialog.offered = b""
    again = _again_after(core, dialog, response)
    if dialog.refresh_only:
        arm_session(core, dialog, now)  # once more before the session runs out
    elif again is not None:
        dialog.wanted = dialog.wanted or offered
        core.timers.start(now, again, dialog.leg, Timer.GLARE)
    elif client.method == "INVITE" and status not in DIALOG_ENDS:
        core.events.append(OfferRefused(dialog.leg, status))
    dialog.refresh_only = False


def _again_after(core: Core, dialog: Dialog, response: Response) -> DurationUs | None:
    """How long to wait before a refused offer is made again; None: it isn't. 500 with
    Retry-After says that another offer of ours was not finished there (RFC 3261, 14.2)."""
    if response.status == 491:
        return glare_pause(core, dialog)
    pause = retry_after_s(response.headers) if response.status == 500 else None
    return None if pause is None or pause > MOST_RETRY_S else seconds(max(1, pause))


def glare_pause(core: Core, dialog: Dialog) -> DurationUs:
    """RFC 3261, 14.1: the owner of the Call-ID waits 2.1 to 4 s, the other 0 to 2 s, both in
    steps of 10 ms. The draw is an HMAC, so that it's the same in a replay."""
    owner = dialog.call_id == f"{core.mint(f'call {dialog.leg}')}@{core.identity.bracketed}"
    draw = int(core.mint(f"glare {dialog.leg} {dialog.local_seq}")[:8], 16)
    steps = 210 + draw % 191 if owner else draw % 201
    return DurationUs(steps * 10_000)


def _told(core: Core, dialog: Dialog, server: Server, now: InstantUs) -> None:
    """An INFO: digits as application/dtmf-relay or application/dtmf; nothing at all is a
    session's heartbeat of old phones."""
    request = server.request
    assert request is not None
    if request.headers.get("Info-Package") is not None:
        core.respond(server, 469, now, (("Recv-Info", ""),))
        return
    kind = (request.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
    digit = info_digit(kind, request.body)
    if digit:
        core.respond(server, 200, now)
        core.events.append(Digit(dialog.leg, digit))
    elif not request.body:
        core.respond(server, 200, now)
    elif kind in ("application/dtmf-relay", "application/dtmf"):
        core.respond(server, 400, now)
    else:
        accepts = "application/dtmf-relay, application/dtmf"
        core.respond(server, 415, now, (("Accept", accepts),))


def info_digit(kind: str, body: bytes) -> str:
    """The digit of an INFO's body; empty where it holds none."""
    if kind == "application/dtmf-relay":
        match = _RELAY.search(body)
    elif kind == "application/dtmf":
        match = _PLAIN.fullmatch(body)
    else:
        return ""
    if match is None:
        return ""
    text = match[1].decode("ascii").upper()
    return _BY_NUMBER.get(text, text)


def _seconds(core: Core, what: str) -> int:
    """0 to 10 seconds (RFC 3261, 14.2)."""
    return int(core.mint(f"retry {what}")[:8], 16) % 11
