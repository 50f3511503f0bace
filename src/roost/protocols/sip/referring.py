"""REFER within a dialog: a phone's transfer key (RFC 3515; RFC 4488 for `Refer-Sub: false`).

    REFER → Referred → take_refer: 202, and a NOTIFY for each status, the last one final
                     → refuse_refer: any failure, and nothing more

The subscription that a REFER makes lives in its dialog and needs no state here: its first
NOTIFY says 100, a final status ends it. A second one within the same dialog is told apart by
`id`, the REFER's CSeq (RFC 3515, 2.4.6).
"""

from typing import Final

from roost.kernel.time import InstantUs
from roost.protocols.sip.answers import answer, reason_of
from roost.protocols.sip.core import Core
from roost.protocols.sip.dialogs import Dialog, Phase
from roost.protocols.sip.events import Referred
from roost.protocols.sip.headers import parse_address, parse_cseq
from roost.protocols.sip.transactions import Server
from roost.protocols.sip.uri import BadSyntax

FRAGMENT: Final = "message/sipfrag;version=2.0"
LIVES_S: Final = 180  # what a subscription says of its length
SCHEMES: Final = frozenset(("sip", "sips", "tel"))


def referred(core: Core, dialog: Dialog, server: Server, now: InstantUs) -> None:
    """A REFER came in; its user decides."""
    request = server.request
    assert request is not None
    values = request.headers.get_all("Refer-To")
    if dialog.phase is not Phase.UP:
        core.respond(server, 481 if dialog.phase is Phase.CLOSING else 491, now)
        return
    try:
        if len(values) != 1:
            raise BadSyntax("one Refer-To")
        target = parse_address(values[0]).uri
    except BadSyntax:
        core.respond(server, 400, now)
        return
    if target.scheme not in SCHEMES:
        core.respond(server, 416, now)
        return
    wish = (request.headers.get("Refer-Sub") or "").partition(";")[0].strip().lower()
    number = parse_cseq(request.headers.get("CSeq") or "").number
    core.events.append(Referred(dialog.leg, server.key, target, number, wish != "false"))


def take_refer(core: Core, dialog: Dialog, event: Referred, now: InstantUs) -> None:
    """202 and the first NOTIFY; 200 without any where none is wanted."""
    server = core.transactions.servers.get(event.server)
    if server is None:
        return
    contact = ("Contact", dialog.contact)
    if event.wants_news:
        core.respond(server, 202, now, (contact,))
        tell_refer(core, dialog, event, 100, now)
    else:
        core.respond(server, 200, now, (contact, ("Refer-Sub", "false")))


def refuse_refer(
    core: Core, event: Referred, status: int, text: str, warning: str, now: InstantUs
) -> None:
    """A final failure, with its reason in words."""
    server = core.transactions.servers.get(event.server)
    if server is None or server.request is None:
        return
    response = answer(server.request, status, text or None)
    if warning:
        response.headers.set("Warning", warning)
    core.transactions.respond(server, response, now)


def tell_refer(core: Core, dialog: Dialog, event: Referred, status: int, now: InstantUs) -> None:
    """A NOTIFY with how it goes; a final status ends the subscription (RFC 3515, 2.4.4, 2.4.5)."""
    if not event.wants_news or not dialog.remote_tag:
        return
    again = f";id={event.number}" if dialog.referred else ""
    final = status >= 200
    state = "terminated;reason=noresource" if final else f"active;expires={LIVES_S}"
    headers = (
        ("Event", f"refer{again}"),
        ("Subscription-State", state),
        ("Contact", dialog.contact),
    )
    body = f"SIP/2.0 {status} {reason_of(status)}\r\n".encode("ascii")
    core.send(dialog, "NOTIFY", now, headers, body, FRAGMENT)
    if final:
        dialog.referred = True
