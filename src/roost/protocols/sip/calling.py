"""Making a call: what a user agent client does with its INVITE and the answers (RFC 3261, 13.2;
9.1 for CANCEL). Several 2xx may come to one INVITE when a proxy forks it: each is
acknowledged, and all but the first are ended."""

from msgspec import Struct

from roost.kernel.time import InstantUs
from roost.protocols.sip.core import Core, dialog_headers
from roost.protocols.sip.dialogs import OURS_UNANSWERED, Dialog, Phase, Turn, untagged
from roost.protocols.sip.ending import send_bye
from roost.protocols.sip.events import Accepted, By, Rang, Why
from roost.protocols.sip.message import Response
from roost.protocols.sip.routing import Peer, tag_of, uri_in
from roost.protocols.sip.sessions import agree_as_client, arm_session, asking
from roost.protocols.sip.transactions import Client, Send


class Call(Struct, frozen=True, gc=False):
    """An INVITE to be sent. `caller` and `called` are From and To without tags; `route` is the
    Path of a registration (RFC 3327), first hop first; `body` an SDP offer."""

    leg: str
    uri: str
    caller: str
    called: str
    peer: Peer
    body: bytes
    route: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    direct: bool = False  # requests of this call go to `peer`, whatever its Contact says


def invite(core: Core, call: Call, now: InstantUs) -> None:
    """Sends the INVITE. The same call again, while it lives, changes nothing."""
    if call.leg in core.dialogs:
        return
    dialog = Dialog(
        leg=call.leg,
        phase=Phase.CALLING,
        call_id=f"{core.mint(f'call {call.leg}')}@{core.identity.bracketed}",
        local=call.caller,
        local_tag=core.mint(f"tag {call.leg}"),
        remote=call.called,
        remote_tag="",
        remote_target=call.uri,
        contact=core.contact(call.leg, call.peer),
        peer=call.peer,
        route_set=list(call.route),
        local_sdp=call.body,
        ours=True,
        direct=call.direct,
        min_se_s=core.identity.min_se_s,
    )
    core.keep(dialog)
    send_invite(core, dialog, now, (*asking(core), *call.headers))


def send_invite(
    core: Core, dialog: Dialog, now: InstantUs, headers: tuple[tuple[str, str], ...]
) -> None:
    client = core.send(dialog, "INVITE", now, (*dialog_headers(dialog), *headers), dialog.local_sdp)
    dialog.invite_seq = dialog.local_seq
    dialog.client = client.key


def answered(
    core: Core, dialog: Dialog, client: Client, response: Response, now: InstantUs
) -> None:
    """An answer to the INVITE that began a dialog."""
    status = response.status
    if status < 200:
        _rang(core, dialog, client, response, now)
    elif status < 300:
        _accepted(core, dialog, response, now)
    elif dialog.phase in OURS_UNANSWERED and not _mended(core, dialog, client, response, now):
        by = By.US if dialog.phase is Phase.CANCELLING else By.THEM
        why = Why.CANCELLED if by is By.US else Why.REFUSED
        core.finish(dialog, by, why, status, response.headers.get("Reason") or "")


def _rang(core: Core, dialog: Dialog, client: Client, response: Response, now: InstantUs) -> None:
    if dialog.phase is Phase.CANCELLING:
        core.transactions.cancel(client, now)  # it had to wait for this (9.1)
        return
    if response.status == 100 or not dialog.move(Turn.THEY_RING):
        return
    if tag_of(response.headers.get("To") or ""):
        route = dialog.route_set
        dialog.learn(response)  # for requests in the early dialog; the 2xx may name another
        dialog.route_set = dialog.route_set or route
    core.events.append(Rang(dialog.leg, response.status, response.body))


def _accepted(core: Core, dialog: Dialog, response: Response, now: InstantUs) -> None:
    tag = tag_of(response.headers.get("To") or "")
    if dialog.phase in OURS_UNANSWERED:
        dialog.direct = dialog.direct and not response.headers.get("Record-Route")
        dialog.learn(response)
        dialog.remote_sdp = response.body
        dialog.client = ""
        agree_as_client(core, dialog, response, now)
        if dialog.phase is Phase.CANCELLING:  # the 2xx crossed our CANCEL
            core.send_ack(dialog, dialog.invite_seq)
            send_bye(core, dialog, By.US, Why.CANCELLED, now)
            return
        dialog.move(Turn.THEY_ACCEPT)
        core.events.append(Accepted(dialog.leg, response.body))
    elif tag != dialog.remote_tag:
        end_loser(core, response, dialog.peer, now)
    elif dialog.ack:
        core.transactions.sends.append(Send(dialog.ack, dialog.peer))


def acknowledge(core: Core, dialog: Dialog, body: bytes, now: InstantUs) -> None:
    """Sends the ACK of the 2xx: the call is up. `body` answers an offer in the 2xx."""
    if dialog.move(Turn.WE_ACKNOWLEDGE):
        core.send_ack(dialog, dialog.invite_seq, body)
        if body:
            dialog.local_sdp = body
        arm_session(core, dialog, now)


def cancel(core: Core, dialog: Dialog, reason: str, now: InstantUs) -> None:
    """We give up our unanswered INVITE. The CANCEL waits for a provisional answer."""
    client = core.transactions.clients.get(dialog.client)
    if not dialog.move(Turn.WE_CANCEL):
        return
    if client is None:
        core.finish(dialog, By.US, Why.CANCELLED)
    else:
        core.transactions.cancel(client, now, reason)


def end_loser(core: Core, response: Response, peer: Peer, now: InstantUs) -> None:
    """Acknowledges and ends a forked 2xx that lost (13.2.2.4): a dialog for two requests."""
    headers = response.headers
    contacts = headers.get_all("Contact")
    local = headers.get("From") or ""
    remote = headers.get("To") or ""
    number = int((headers.get("CSeq") or "0").split()[0])
    leg = f"loser {headers.get('Call-ID')} {tag_of(remote)}"
    loser = Dialog(
        leg=leg,
        phase=Phase.CLOSING,
        call_id=headers.get("Call-ID") or "",
        local=untagged(local),
        local_tag=tag_of(local),
        remote=untagged(remote),
        remote_tag=tag_of(remote),
        remote_target=uri_in(contacts[0]) if contacts else uri_in(remote),
        contact="",
        peer=peer,
        route_set=list(reversed(headers.get_all("Record-Route"))),
        local_seq=number,
    )
    core.count("forked_answers")
    core.send_ack(loser, number)
    core.send(loser, "BYE", now)


def _mended(core: Core, dialog: Dialog, client: Client, response: Response, now: InstantUs) -> bool:
    """Whether the INVITE went out again, in the way that the failure asks for."""
    if response.status in (401, 407):
        return _again(core, dialog, client, response, now)
    return response.status == 422 and _longer(core, dialog, response, now)


def _again(core: Core, dialog: Dialog, client: Client, response: Response, now: InstantUs) -> bool:
    """The INVITE was challenged: once more with credentials, if we have any (22.2)."""
    if dialog.phase is Phase.CANCELLING or not core.send_again(dialog, client, response, now):
        return False
    dialog.invite_seq = dialog.local_seq
    made = core.transactions.clients[dialog.client].request
    if made is not None:
        names = ("Authorization", "Proxy-Authorization")
        found = [(name, value) for name in names if (value := made.headers.get(name))]
        dialog.proof = found[0] if found else ("", "")
    return True


def _longer(core: Core, dialog: Dialog, response: Response, now: InstantUs) -> bool:
    """422: the session that we asked for is too short for a hop (RFC 4028, 7.3)."""
    value = (response.headers.get("Min-SE") or "").partition(";")[0].strip()
    if not value.isdecimal() or len(value) > 6 or int(value) <= dialog.min_se_s:
        return False
    if dialog.phase not in (Phase.CALLING, Phase.PROCEEDING):
        return False
    dialog.min_se_s = int(value)
    length = max(int(value), core.identity.session_s)
    dialog.phase = Phase.CALLING
    send_invite(core, dialog, now, (("Session-Expires", str(length)), ("Min-SE", value)))
    return True
