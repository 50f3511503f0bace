"""Who may begin something with us (FOUNDATION, 2), and when we have too much to do.

Agents' REGISTERs answer a challenge that costs us nothing to keep; a trunk is known by its
address, and by a digest where one is set. Everybody else is counted, and hears at most one 403
a second, whatever they ask for: nobody learns whether a user or a number exists.
"""

from collections.abc import Callable
from typing import Final

from roost.adapters.telephony.settings import Trunks, TrunkSettings
from roost.kernel.time import SECOND, InstantUs
from roost.protocols.sip.answers import answer
from roost.protocols.sip.brief import TAG
from roost.protocols.sip.digest import (
    Credentials,
    NonceCounts,
    Secret,
    Verdict,
    challenges,
    read_credentials,
    verify,
)
from roost.protocols.sip.endpoint import ADMITTED, SILENCE
from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.routing import Peer, uri_in
from roost.protocols.sip.uri import BadSyntax, parse_uri

MOST_STRANGERS: Final = 10_000  # sources whose last 403 is remembered
MOST_WRONG: Final = 20  # wrong digests a second of one source; beyond it: silence
RETRY_AFTER_S: Final = 5
NOT_AS_ITSELF: Final = "A phone calls under the name that it's registered with"
FULL_PERCENT: Final = 80


class Gate:
    """`protocols.sip.endpoint.Admission`. `standing` counts the calls in progress, `known`
    tells whether an address is a registered phone's, `load` how busy the floor is, 0 to 1."""

    def __init__(
        self,
        key: bytes,
        realm: str,
        trunks: Trunks,
        agents: dict[str, Secret],
        most_calls: int,
        standing: Callable[[], int],
        known: Callable[[Peer], bool],
        load: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._key = key
        self._realm = realm
        self._trunks = trunks
        self._most = most_calls * FULL_PERCENT // 100
        self._standing = standing
        self._known = known
        self._load = load
        self._counts = NonceCounts()
        self._told: dict[str, InstantUs] = {}  # stranger → its last 403
        self._wrong: dict[str, tuple[InstantUs, int]] = {}  # source → second's start, count
        self.agents = agents
        self.draining = False
        self.counts: dict[str, int] = {}

    def trusts(self, source: Peer) -> bool:
        return self._trunks.of(source.host) is not None or self._known(source)

    def is_trunk(self, source: Peer) -> bool:
        return self._trunks.of(source.host) is not None

    def full(self) -> bool:
        """Whether new calls are refused: a bound is at 80 %, or we're about to stop."""
        if self.draining or self._standing() >= self._most:
            return True
        return self._load() * 100 >= FULL_PERCENT

    def judge(self, request: Request, source: Peer, now: InstantUs) -> Response | bool:
        if request.method == "REGISTER":
            return self._agent(request, source, now)
        if self.is_own(request, source):
            return self._agent(request, source, now, "From")
        trunk = self._trunks.of(source.host)
        if trunk is None:
            return self._phone(request, source, now)
        if request.method == "INVITE" and request.headers.get("Replaces") is not None:
            return self._replaces_nothing(request)
        if request.method == "INVITE" and self.full():
            self.count("overloaded")
            response = answer(request, 503, to_tag=TAG)
            response.headers.set("Retry-After", str(RETRY_AFTER_S))
            return response
        return self._trunk(request, trunk, source, now) if trunk.secret else ADMITTED

    def is_own(self, request: Request, source: Peer) -> bool:
        """Whether an agent's registered phone calls by itself (docs/decisions/0017)."""
        if request.method != "INVITE" or not self._known(source):
            return False
        return user_of(request.headers.get("From") or "") in self.agents

    def _phone(self, request: Request, source: Peer, now: InstantUs) -> Response | bool:
        """A registered phone may ask whether we're there, and calls under its own name."""
        if not self._known(source) or request.method not in ("OPTIONS", "INVITE"):
            return self._stranger(request, source, now)
        if request.method == "OPTIONS":
            return ADMITTED
        self.count("phones_as_others")
        return answer(request, 403, NOT_AS_ITSELF, to_tag=TAG)

    def _replaces_nothing(self, request: Request) -> Response:
        """No call is taken over by a trunk's INVITE (RFC 3891, 3: no match)."""
        self.count("replaces_refused")
        return answer(request, 481, to_tag=TAG)

    def _agent(
        self, request: Request, source: Peer, now: InstantUs, header: str = "To"
    ) -> Response | bool:
        """Proves that it's of the agent whom a `header` names."""
        credentials = read_credentials(request.headers, self._realm)
        user = user_of(request.headers.get(header) or "")
        secret = self.agents.get(user)
        if credentials is not None and credentials.username != user:
            secret = None
        return self._digest(request, credentials, secret, source, now)

    def _trunk(
        self, request: Request, trunk: TrunkSettings, source: Peer, now: InstantUs
    ) -> Response | bool:
        credentials = read_credentials(request.headers, self._realm)
        named = credentials is not None and credentials.username == trunk.username
        return self._digest(request, credentials, trunk.secret if named else None, source, now)

    def _digest(
        self,
        request: Request,
        credentials: Credentials | None,
        secret: Secret | None,
        source: Peer,
        now: InstantUs,
    ) -> Response | bool:
        stale = False
        if credentials is not None:
            verdict = verify(credentials, secret, request.method, self._key, now, self._counts)
            if verdict is Verdict.GOOD:
                return ADMITTED
            stale = verdict is Verdict.STALE
            if not stale:
                self.count("wrong_digests")
                if self._too_many_wrong(source, now):
                    return SILENCE
        response = answer(request, 401, to_tag="auth")
        for value in challenges(self._key, now, self._realm, stale):
            response.headers.add("WWW-Authenticate", value)
        return response

    def _too_many_wrong(self, source: Peer, now: InstantUs) -> bool:
        since, count = self._wrong.get(source.host, (now, 0))
        if now - since >= SECOND:
            since, count = now, 0
        if len(self._wrong) >= MOST_STRANGERS:
            self._wrong.clear()
        self._wrong[source.host] = (since, count + 1)
        return count >= MOST_WRONG

    def _stranger(self, request: Request, source: Peer, now: InstantUs) -> Response | bool:
        self.count("strangers")
        last = self._told.get(source.host)
        if last is not None and now - last < SECOND:
            return SILENCE
        if len(self._told) >= MOST_STRANGERS:
            self._told.clear()
        self._told[source.host] = now
        return answer(request, 403, to_tag="no")

    def tidy(self, now: InstantUs) -> None:
        """Forgets nonces that are too old to be taken anyway."""
        self._counts.expire(now)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def user_of(value: str) -> str:
    """The user of an address header or a URI; empty where it has none."""
    try:
        return parse_uri(uri_in(value)).username
    except BadSyntax:
        return ""
