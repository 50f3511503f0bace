"""New calls wait behind everything else: responses and requests in a dialog go first.

    arriving → taken, a few a turn of the loop (ARRIVALS_A_TURN)
       └─ at 80 % of MOST_ARRIVALS or LONGEST, or of any other bound: 503, from the raw bytes

So calls that stand are served at once however many knock, and a caller who can't be served
learns it for a few microseconds of ours (FOUNDATION 1, backpressure). Whoever is in line stays
in it: after a restart all that waited in the socket is put here at once, and served.
"""

from collections import deque
from typing import Final

from roost.adapters.telephony.admission import FULL_PERCENT, RETRY_AFTER_S, Gate
from roost.kernel.time import MILLISECOND, DurationUs, InstantUs
from roost.protocols.sip.brief import branch_of, is_ack_of_refusal, is_new_invite, refusal
from roost.protocols.sip.endpoint import Endpoint
from roost.protocols.sip.routing import Peer
from roost.protocols.sip.transactions import Send

MOST_ARRIVALS: Final = 320
LONGEST: Final = DurationUs(250 * MILLISECOND)  # the oldest's wait; half of SIP's T1
ARRIVALS_A_TURN: Final = 4
_FULL: Final = MOST_ARRIVALS * FULL_PERCENT // 100
_LONG: Final = LONGEST * FULL_PERCENT // 100
_CANCEL: Final = b"CANCEL "


class Arrivals:
    """The line of new INVITEs, by datagram only: a connection's own flow control holds back
    what comes by TCP."""

    def __init__(self, gate: Gate, endpoint: Endpoint) -> None:
        self._gate = gate
        self._endpoint = endpoint
        self._waiting: deque[tuple[InstantUs, bytes, Peer]] = deque()
        self._branches: set[tuple[Peer, bytes]] = set()  # of those that wait

    def __len__(self) -> int:
        return len(self._waiting)

    def holds(self, data: bytes, source: Peer, now: InstantUs) -> bool | Send:
        """True where the datagram waits in line (or needs nothing more); what's to be sent
        where it's refused; False where it's to be read now."""
        if is_new_invite(data):
            if not self._gate.is_trunk(source):
                return False  # the gate is done with it at once; it takes nobody's place here
            return self._arrived(data, source, now)
        if data.startswith(_CANCEL) and (source, branch_of(data)) in self._branches:
            if len(self._waiting) < 2 * MOST_ARRIVALS:
                self._waiting.append((now, data, source))  # never before its INVITE
            return True
        return is_ack_of_refusal(data)

    def _arrived(self, data: bytes, source: Peer, now: InstantUs) -> bool | Send:
        key = (source, branch_of(data))
        if key in self._branches:
            return True  # sent again while it waits
        if self._full(now) or self._gate.full():
            brief = refusal(data, source, RETRY_AFTER_S)
            if brief is not None and brief.key not in self._endpoint.transactions.servers:
                self._gate.count("overloaded")
                return Send(brief.data, brief.to)
        if len(self._waiting) >= MOST_ARRIVALS:
            self._gate.count("arrivals_dropped")  # it will come again
            return True
        self._branches.add(key)
        self._waiting.append((now, data, source))
        return True

    def _full(self, now: InstantUs) -> bool:
        waiting = self._waiting
        return bool(waiting) and (len(waiting) >= _FULL or now - waiting[0][0] >= _LONG)

    def take(self) -> list[tuple[bytes, Peer]]:
        """Those whose turn it is, the oldest first."""
        waiting = self._waiting
        taken = [waiting.popleft()[1:] for _ in range(min(ARRIVALS_A_TURN, len(waiting)))]
        for data, source in taken:
            self._branches.discard((source, branch_of(data)))
        return taken
