"""A SIP user agent without any input or output: the one that callers, trunks and phones meet.

Messages, timers and its user's wishes go in, with the time; messages to send and events come
out by `take`. What comes in is looked at in this order: doubled messages end in their
transaction; requests within a dialog go to it; everything else must be admitted first, and is
answered without keeping anything if it isn't.
"""

from typing import Final, Protocol

from roost.kernel.time import InstantUs
from roost.protocols.sip import answering, calling, ending, midcall, referring, sessions
from roost.protocols.sip.answers import answer, answer_from_partial
from roost.protocols.sip.bodies import take_description
from roost.protocols.sip.calling import Call
from roost.protocols.sip.core import Authorise, Core, Identity
from roost.protocols.sip.dialogs import (
    ALLOW,
    EARLY,
    METHODS,
    OFFERED,
    OURS_UNANSWERED,
    SUPPORTED,
    Dialog,
    Phase,
)
from roost.protocols.sip.events import By, Referred, Replied, Requested, SipEvent, Why
from roost.protocols.sip.headers import COOKIE, CSeq, Via, parse_cseq, stamp_via, top_via
from roost.protocols.sip.message import Request, Response, encode
from roost.protocols.sip.parse import Malformed, is_keep_alive, parse
from roost.protocols.sip.routing import Peer, answers_go, tag_of
from roost.protocols.sip.timers import TRANSACTION_TIMERS, Timer
from roost.protocols.sip.transactions import Given, Send, State, server_key
from roost.protocols.sip.validate import validate_request, validate_response

NUDGED: Final = frozenset((Phase.PROCEEDING, Phase.ACCEPTED, Phase.UP))
SILENCE: Final = False
ADMITTED: Final = True
DESCRIBED: Final = frozenset(("INVITE", "ACK", "PRACK", "UPDATE"))  # whose body is SDP
WITHIN: Final = frozenset(("BYE", "INFO", "UPDATE", "PRACK", "NOTIFY", "REFER"))  # a dialog only
SOUND: Final = frozenset((406, 415, 420))  # refusals of requests that can be read
OUTSIDE: Final = "outside "  # how the users of requests outside of dialogs begin


class Admission(Protocol):
    """Who may begin something with us (FOUNDATION, 2)."""

    def judge(self, request: Request, source: Peer, now: InstantUs) -> Response | bool:
        """ADMITTED, SILENCE, or the answer to give without keeping anything."""
        ...

    def trusts(self, source: Peer) -> bool:
        """Whether what can't be read deserves an answer."""
        ...


class Endpoint(Core):
    """See the module. Every method takes the time; none fails on what a peer sends."""

    __slots__ = ("_admission",)

    def __init__(
        self, identity: Identity, admission: Admission, authorise: Authorise | None = None
    ) -> None:
        super().__init__(identity, authorise)
        self._admission = admission

    def take(self) -> tuple[list[Send], list[SipEvent]]:
        """What's to be sent, and what happened, since the last time."""
        taken = self.transactions.sends, self.events
        self.transactions.sends, self.events = [], []
        return taken

    # --- from the network ---

    def datagram(self, data: bytes, source: Peer, now: InstantUs) -> None:
        """A datagram came in."""
        if is_keep_alive(data):
            return
        try:
            message = parse(data)
        except Malformed as trouble:
            self.malformed(trouble, source)
            return
        self.receive(message, source, now)

    def malformed(self, trouble: Malformed, source: Peer) -> None:
        """What wasn't a message: counted, and answered where a known peer asks."""
        self.count("malformed")
        if not self._admission.trusts(source):
            return
        response = answer_from_partial(trouble, self.mint(f"{source.host} {trouble.reason}"))
        if response is not None:
            self._send_stateless(response, source)

    def receive(self, message: Request | Response, source: Peer, now: InstantUs) -> None:
        """A message came in."""
        if isinstance(message, Response):
            self._response(message, now)
            return
        fault = validate_request(message, SUPPORTED)
        if fault is None and message.method in DESCRIBED:
            fault = take_description(message)
        if fault is not None and (fault.status not in SOUND or message.method == "ACK"):
            self.count("invalid_requests")
            if message.method != "ACK" and self._admission.trusts(source):
                self._refuse_unread(message, source, fault.status, fault.reason, fault.headers)
            return
        stamp_via(message.headers, source.host, source.port)
        via = top_via(message)
        if message.method == "ACK":
            self._ack(message, via, now)
            return
        known = self.transactions.servers.get(server_key(message, via))
        if known is not None:
            self.transactions.receive(message, via, source, now)
            return
        if fault is not None:
            if self._hears(message, via, source, now):
                self._stateless(message, source, fault.status, fault.headers)
        elif message.method == "CANCEL":
            self._cancel(message, via, source, now)
        elif tag_of(message.headers.get("To") or ""):
            self._within(message, via, source, now)
        else:
            self._outside(message, via, source, now)

    def _hears(self, request: Request, via: Via, source: Peer, now: InstantUs) -> bool:
        """Whether this source is told what's wrong with its request. A stranger isn't: it
        hears what every stranger hears."""
        if self._admission.trusts(source):
            return True
        verdict = self._admission.judge(request, source, now)
        if isinstance(verdict, Response):
            self._send_stateless(verdict, answers_go(via, source))
        return verdict is ADMITTED

    def _cancel(self, request: Request, via: Via, source: Peer, now: InstantUs) -> None:
        """Somebody who has no INVITE with us and isn't known gets no transaction either."""
        if self.transactions.invite_of(request, via) is None and not self._admission.trusts(source):
            self.count("silenced")
            return
        server = self.transactions.receive(request, via, answers_go(via, source), now)
        assert server is not None
        answering.cancelled(self, server, via, now)

    def _within(self, request: Request, via: Via, source: Peer, now: InstantUs) -> None:
        headers = request.headers
        key = (headers.get("Call-ID") or "", tag_of(headers.get("To") or ""))
        leg = self.by_id.get(key)
        dialog = None if leg is None else self.dialogs[leg]
        if dialog is None or (
            dialog.remote_tag
            and dialog.remote_tag != tag_of(headers.get("From") or "")
            and dialog.phase not in OURS_UNANSWERED
        ):
            self.count("unknown_dialogs")
            if self._hears(request, via, source, now):
                self._stateless(request, source, 481)
            return
        server = self.transactions.receive(request, via, answers_go(via, source), now)
        if server is not None:
            midcall.requested(self, dialog, server, now)

    def _outside(self, request: Request, via: Via, source: Peer, now: InstantUs) -> None:
        verdict = self._admission.judge(request, source, now)
        if verdict is SILENCE:
            self.count("silenced")
            return
        if isinstance(verdict, Response):
            self.count(f"refused_{verdict.status}")
            self._send_stateless(verdict, answers_go(via, source))
            return
        method = request.method
        if method not in METHODS and method != "REGISTER":
            self._stateless(request, source, 501 if method.isupper() else 400, (("Allow", ALLOW),))
            return
        if method in WITHIN:
            self._stateless(request, source, 481)
            return
        server = self.transactions.receive(request, via, answers_go(via, source), now)
        assert server is not None
        if method == "INVITE":
            answering.invited(self, server, via, source, now)
        elif method == "OPTIONS":
            headers = (("Allow", ALLOW), ("Accept", "application/sdp"), ("Supported", OFFERED))
            self.respond(server, 200, now, headers, self.mint(server.key))
        else:
            self.events.append(Requested(server.key, request, source))

    def _ack(self, request: Request, via: Via, now: InstantUs) -> None:
        if self.transactions.acked(request, via, now):
            return
        headers = request.headers
        key = (headers.get("Call-ID") or "", tag_of(headers.get("To") or ""))
        leg = self.by_id.get(key)
        if leg is None:
            self.count("stray_acks")
            return
        dialog = self.dialogs[leg]
        answering.acknowledged(self, dialog, request, now)
        midcall.line_free(self, dialog, now)

    def _response(self, response: Response, now: InstantUs) -> None:
        headers = response.headers
        if validate_response(response) is not None:
            self.count("malformed")
            return
        take_description(response)
        cseq = parse_cseq(headers.get("CSeq") or "")
        client, tell = self.transactions.answered(response, top_via(response), cseq.method, now)
        if client is None:
            self._stray(response, cseq)
            return
        if not tell:
            return
        if client.user.startswith(OUTSIDE):
            if response.status >= 200:
                self.events.append(Replied(client.user[len(OUTSIDE) :], response))
            return
        dialog = self.dialogs.get(client.user)
        if dialog is None:
            if client.method == "INVITE" and 200 <= response.status < 300:
                calling.end_loser(self, response, client.peer, now)
        elif client.method == "INVITE" and (
            dialog.phase in OURS_UNANSWERED or (dialog.ours and cseq.number == dialog.invite_seq)
        ):
            calling.answered(self, dialog, client, response, now)
        else:
            midcall.replied(self, dialog, client, response, now)

    def _stray(self, response: Response, cseq: CSeq) -> None:
        """A doubled 2xx whose transaction is over wants its ACK again."""
        headers = response.headers
        if cseq.method != "INVITE" or not 200 <= response.status < 300:
            return
        key = (headers.get("Call-ID") or "", tag_of(headers.get("From") or ""))
        dialog = self.dialogs.get(self.by_id.get(key, ""))
        if dialog is None:
            return
        number = cseq.number
        if dialog.ack and dialog.ack_seq == number:
            self.transactions.sends.append(Send(dialog.ack, dialog.peer))
        elif dialog.phase is Phase.UP and dialog.ours and number == dialog.invite_seq:
            self.send_ack(dialog, number)  # after a restart

    # --- stateless answers ---

    def _stateless(
        self,
        request: Request,
        source: Peer,
        status: int,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        tag = self.mint(f"{request.headers.get('Call-ID')} {request.headers.get('Via')}")
        response = answer(request, status, to_tag=tag)
        for name, value in headers:
            response.headers.set(name, value)
        self._send_stateless(response, answers_go(top_via(request), source))

    def _refuse_unread(
        self,
        request: Request,
        source: Peer,
        status: int,
        reason: str,
        headers: tuple[tuple[str, str], ...],
    ) -> None:
        """The same for a request of which nothing may be trusted to be there."""
        response = answer(request, status, reason, self.mint(f"{source.host} {reason}"))
        for name, value in headers:
            response.headers.set(name, value)
        self._send_stateless(response, source)

    def _send_stateless(self, response: Response, to: Peer) -> None:
        self.transactions.sends.append(Send(encode(response), to))

    # --- time and trouble ---

    def expire(self, now: InstantUs) -> None:
        """Runs every timer that's due."""
        for due, owner, timer in self.timers.expire(now):
            if timer in TRANSACTION_TIMERS:
                given = self.transactions.expire(owner, timer, now, due)
                if given is not None:
                    self._given_up(given, now)
                continue
            dialog = self.dialogs.get(owner)
            if dialog is not None:
                self._dialog_timer(dialog, timer, due, now)

    def _dialog_timer(self, dialog: Dialog, timer: Timer, due: InstantUs, now: InstantUs) -> None:
        if timer is Timer.ACCEPTED:
            answering.accepted_expired(self, dialog, now)
        elif timer is Timer.RELIABLE:
            answering.ringing_expired(self, dialog, now)
        elif timer is Timer.REFRESH:
            sessions.refresh_due(self, dialog, due, now)
        elif timer is Timer.EXPIRY:
            sessions.session_expired(self, dialog, due, now)
        elif timer is Timer.GLARE:
            midcall.line_free(self, dialog, now)
        elif timer is Timer.CLOSING:
            ending.closing_expired(self, dialog, now)

    def lost(self, owner: str, now: InstantUs) -> None:
        """The transport could not deliver a message of this owner (see `Send`)."""
        given = self.transactions.lost(owner, now) if owner else None
        if given is not None:
            self._given_up(given, now)

    def _given_up(self, given: Given, now: InstantUs) -> None:
        if given.user.startswith(OUTSIDE):
            self.events.append(Replied(given.user[len(OUTSIDE) :], None))
            return
        dialog = self.dialogs.get(given.user)
        if dialog is None:
            return
        why = Why.NO_ANSWER if given.timed_out else Why.UNSENT
        if given.method == "INVITE" and dialog.phase in OURS_UNANSWERED:
            if given.key != dialog.client:
                return
            by = By.US if dialog.phase is Phase.CANCELLING else By.NETWORK
            why = Why.CANCELLED if by is By.US else why
            self.finish(dialog, by, why, 408 if given.timed_out else 503)
        elif given.method == "BYE":
            self.forget(dialog)
        elif given.method in ("INVITE", "UPDATE", "OPTIONS", "INFO"):
            if given.key == dialog.client:
                dialog.client = ""
            if dialog.phase is Phase.UP:  # a time-out counts as 408 (8.1.3.1, 12.2.1.2)
                ending.send_bye(self, dialog, By.NETWORK, why, now)

    # --- its user's wishes; a leg that's gone makes each of them do nothing ---

    def invite(self, call: Call, now: InstantUs) -> None:
        calling.invite(self, call, now)

    def was_heard(self, leg: str) -> bool:
        """Whether our INVITE was answered at all, be it with 100."""
        dialog = self.dialogs.get(leg)
        client = None if dialog is None else self.transactions.clients.get(dialog.client)
        return client is None or client.state is not State.CALLING

    def acknowledge(self, leg: str, now: InstantUs, body: bytes = b"") -> None:
        dialog = self.dialogs.get(leg)
        if dialog is not None:
            calling.acknowledge(self, dialog, body, now)

    def ring(self, leg: str, now: InstantUs, body: bytes = b"", status: int = 0) -> None:
        """180, or 183 with early media; another status if it's named."""
        dialog = self.dialogs.get(leg)
        if dialog is not None:
            answering.ring(self, dialog, status or (183 if body else 180), body, now)

    def answer(self, leg: str, body: bytes, now: InstantUs) -> None:
        dialog = self.dialogs.get(leg)
        if dialog is not None:
            answering.answer(self, dialog, body, now)

    def refuse(
        self,
        leg: str,
        status: int,
        now: InstantUs,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        dialog = self.dialogs.get(leg)
        if dialog is not None:
            answering.refuse(self, dialog, status, now, headers)

    def hang_up(self, leg: str, now: InstantUs, status: int = 480, reason: str = "") -> None:
        """Ends a leg whatever its state: a final failure, CANCEL, or BYE. `reason` is the
        value of a Reason header (RFC 3326)."""
        dialog = self.dialogs.get(leg)
        if dialog is None:
            return
        phase = dialog.phase
        if phase in EARLY:
            answering.refuse(self, dialog, status, now)
        elif phase in OURS_UNANSWERED:
            calling.cancel(self, dialog, reason, now)
        elif phase is Phase.ACCEPTED:
            self.send_ack(dialog, dialog.invite_seq)
            ending.send_bye(self, dialog, By.US, Why.BYE, now, reason)
        elif phase is Phase.ANSWERED:
            ending.close_after_ack(self, dialog, now)
        elif phase is Phase.UP:
            ending.send_bye(self, dialog, By.US, Why.BYE, now, reason)

    def reoffer(self, leg: str, body: bytes, now: InstantUs) -> None:
        dialog = self.dialogs.get(leg)
        if dialog is not None:
            midcall.reoffer(self, dialog, body, now)

    def accept(self, leg: str, body: bytes, now: InstantUs) -> None:
        dialog = self.dialogs.get(leg)
        if dialog is not None:
            midcall.accept(self, dialog, body, now)

    def decline(self, leg: str, status: int, now: InstantUs) -> None:
        dialog = self.dialogs.get(leg)
        if dialog is not None:
            midcall.decline(self, dialog, status, now)

    def ask(self, leg: str, now: InstantUs) -> bool:
        """Is the peer still there? OPTIONS in the dialog. False if there's no such dialog."""
        dialog = self.dialogs.get(leg)
        if dialog is None or dialog.phase is Phase.CLOSING:
            return False
        if dialog.phase is Phase.UP:
            self.send(dialog, "OPTIONS", now)
        return True

    def nudge(self, leg: str, now: InstantUs, event: str = "talk") -> None:
        """NOTIFY within the (early) dialog: the phone takes or holds the call, if it can."""
        dialog = self.dialogs.get(leg)
        if dialog is not None and dialog.remote_tag and dialog.phase in NUDGED:
            state = ("Subscription-State", "active")
            self.send(dialog, "NOTIFY", now, (("Event", event), state))

    def refer(self, leg: str, to: str, now: InstantUs, news: bool = True) -> None:
        """Asks the peer to transfer the call. Outcomes: ReferAnswered, then Notified("refer")
        where it was taken and news are wanted."""
        dialog = self.dialogs.get(leg)
        if dialog is not None and dialog.phase is Phase.UP:
            quiet = () if news else (("Refer-Sub", "false"), ("Require", "norefersub"))
            headers = (("Refer-To", to), ("Referred-By", dialog.local), *quiet)
            self.send(dialog, "REFER", now, (*headers, ("Contact", dialog.contact)))

    def take_refer(self, event: Referred, now: InstantUs) -> None:
        dialog = self.dialogs.get(event.leg)
        if dialog is not None:
            referring.take_refer(self, dialog, event, now)

    def refuse_refer(
        self, event: Referred, status: int, now: InstantUs, text: str = "", warning: str = ""
    ) -> None:
        referring.refuse_refer(self, event, status, text, warning, now)

    def tell_refer(self, event: Referred, status: int, now: InstantUs) -> None:
        """How a transfer goes that was taken: a SIP status, final from 200 on."""
        dialog = self.dialogs.get(event.leg)
        if dialog is not None:
            referring.tell_refer(self, dialog, event, status, now)

    def tell_digit(self, leg: str, digit: str, now: InstantUs, length_ms: int = 160) -> None:
        """A digit by INFO."""
        dialog = self.dialogs.get(leg)
        if dialog is not None and dialog.phase is Phase.UP:
            body = f"Signal={digit}\r\nDuration={length_ms}\r\n".encode("ascii")
            self.send(dialog, "INFO", now, (), body, "application/dtmf-relay")

    def request(self, request: Request, peer: Peer, user: str, now: InstantUs) -> None:
        """Sends a request outside of dialogs (REGISTER, OPTIONS); its Via is made here.
        Outcome: Replied(user)."""
        number = request.headers.get("CSeq")
        branch = f"{COOKIE}{self.mint(f'branch {user} {number}')}"
        request.headers.set("Via", self.via(branch, peer))
        self.transactions.request(request, branch, peer, OUTSIDE + user, now)

    def reply(self, server: str, response: Response, now: InstantUs) -> None:
        """Answers a `Requested`."""
        transaction = self.transactions.servers.get(server)
        if transaction is not None:
            self.transactions.respond(transaction, response, now)

    # --- over a restart ---

    def restore(self, dialog: Dialog, now: InstantUs) -> None:
        """A dialog that was kept; its session timer begins anew."""
        if dialog.leg in self.dialogs:
            return
        self.keep(dialog)
        if dialog.phase is Phase.UP:
            sessions.arm_session(self, dialog, now)
