"""The session timer of a dialog: agreed, armed, refreshed, run out (RFC 4028)."""

from roost.kernel.time import InstantUs
from roost.protocols.sip.core import Core, dialog_headers
from roost.protocols.sip.dialogs import Dialog, Phase
from roost.protocols.sip.ending import send_bye
from roost.protocols.sip.events import By, Why
from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.session_timers import (
    as_client,
    as_server,
    expiry_after,
    refresh_after,
)
from roost.protocols.sip.timers import Timer


def agree_as_server(core: Core, dialog: Dialog, request: Request) -> tuple[tuple[str, str], ...]:
    """Agrees a session timer with an INVITE or UPDATE; the headers that our 2xx says it by."""
    session = as_server(request, core.identity.session_s)
    dialog.session_s = session.length_s
    dialog.we_refresh = session.refresher == "uas"
    if not session.length_s:
        return ()
    value = ("Session-Expires", f"{session.length_s};refresher={session.refresher}")
    return (value, ("Require", "timer")) if session.require else (value,)


def agree_as_client(core: Core, dialog: Dialog, response: Response, now: InstantUs) -> None:
    session = as_client(response)
    dialog.session_s = session.length_s
    dialog.we_refresh = session.refresher == "uac"
    arm_session(core, dialog, now)


def asking(core: Core) -> tuple[tuple[str, str], ...]:
    """What an INVITE or UPDATE of ours asks for."""
    own = core.identity
    if not own.session_s:
        return ()
    return (("Session-Expires", str(own.session_s)), ("Min-SE", str(own.min_se_s)))


def arm_session(core: Core, dialog: Dialog, now: InstantUs) -> None:
    """Starts the clock anew: the session was agreed or refreshed just now."""
    if not dialog.session_s:
        return
    if dialog.we_refresh:
        delay, timer = refresh_after(dialog.session_s), Timer.REFRESH
    else:
        delay, timer = expiry_after(dialog.session_s), Timer.EXPIRY
    dialog.session_due = core.timers.start(now, delay, dialog.leg, timer)


def refresh_due(core: Core, dialog: Dialog, due: InstantUs, now: InstantUs) -> None:
    """Half of the session is over: refresh it (an UPDATE where the peer takes it)."""
    if due != dialog.session_due or dialog.phase is not Phase.UP:
        return
    if dialog.client or dialog.server:
        arm_session(core, dialog, now)  # a re-INVITE is under way and refreshes it as well
        return
    who = "uac"
    headers = (
        ("Session-Expires", f"{dialog.session_s};refresher={who}"),
        ("Min-SE", str(dialog.min_se_s)),
        *dialog_headers(dialog),
    )
    dialog.refresh_only = True
    if dialog.they_update:
        dialog.client = core.send(dialog, "UPDATE", now, headers).key
        return
    dialog.offered = dialog.local_sdp
    dialog.client = core.send(dialog, "INVITE", now, headers, dialog.local_sdp).key


def session_expired(core: Core, dialog: Dialog, due: InstantUs, now: InstantUs) -> None:
    if due == dialog.session_due and dialog.phase is Phase.UP:
        send_bye(core, dialog, By.NETWORK, Why.SESSION, now)
