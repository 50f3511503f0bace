"""Ending a dialog with BYE (RFC 3261, 15)."""

from roost.kernel.time import InstantUs
from roost.protocols.sip.core import Core
from roost.protocols.sip.dialogs import Dialog, Phase
from roost.protocols.sip.events import By, Finished, Why
from roost.protocols.sip.timers import PATIENCE, Timer
from roost.protocols.sip.transactions import State


def send_bye(
    core: Core, dialog: Dialog, by: By, why: Why, now: InstantUs, reason: str = ""
) -> None:
    """Sends the BYE and tells that the leg is over, unless that was told before. The dialog
    stays until the BYE is answered, so that one that crosses it is answered too."""
    told = dialog.phase is Phase.CLOSING
    dialog.phase = Phase.CLOSING
    server = core.transactions.servers.get(dialog.server) if dialog.server else None
    if server is not None and server.state in (State.PROCEEDING, State.TRYING):
        core.respond(server, 487, now, to_tag=dialog.local_tag)
    headers = (("Reason", reason),) if reason else ()
    core.send(dialog, "BYE", now, headers)
    if not told:
        core.events.append(Finished(dialog.leg, by, why))


def close_after_ack(core: Core, dialog: Dialog, now: InstantUs) -> None:
    """We hang up before our 2xx was acknowledged: the BYE waits for the ACK."""
    dialog.phase = Phase.CLOSING
    core.events.append(Finished(dialog.leg, By.US, Why.BYE))
    core.timers.start(now, PATIENCE, dialog.leg, Timer.CLOSING)


def closing_expired(core: Core, dialog: Dialog, now: InstantUs) -> None:
    if dialog.phase is Phase.CLOSING and dialog.final:
        dialog.final = b""
        send_bye(core, dialog, By.US, Why.NO_ACK, now)


def byed(core: Core, dialog: Dialog, reason: str, now: InstantUs) -> None:
    """A BYE came in and was answered."""
    server = core.transactions.servers.get(dialog.server) if dialog.server else None
    if server is not None and server.state in (State.PROCEEDING, State.TRYING):
        core.respond(server, 487, now, to_tag=dialog.local_tag)
    dialog.final = b""
    if dialog.phase is Phase.CLOSING:
        core.forget(dialog)
    else:
        core.finish(dialog, By.THEM, Why.BYE, 0, reason)
