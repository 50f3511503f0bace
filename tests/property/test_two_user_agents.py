"""Whatever two user agents do to each other over a network that loses, delays, doubles and
reorders: nothing fails, they agree on what was agreed, and both sides end every call once."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from property.virtual_sip import Side, World
from roost.protocols.sip.dialogs import Dialog, Phase
from roost.protocols.sip.events import Why
from roost.protocols.sip.routing import TCP, UDP

QUIET_US = 200_000_000
LITTLE_LOSS = 10  # per cent; nothing is lost eleven times in a row
SIDES = st.sampled_from(("a", "b"))
PICK = st.integers(0, 7)


class TwoUserAgents(RuleBasedStateMachine):
    @initialize(
        seed=st.integers(0, 2**32),
        transport=st.sampled_from((UDP, UDP, UDP, TCP)),
        session_s=st.sampled_from((0, 90, 1800)),
    )
    def begin(self, seed: int, transport: str, session_s: int) -> None:
        self.world = World(seed, transport, session_s)
        self.worst_loss = 0

    def _dialog(self, side: str, pick: int) -> tuple[Side, Dialog] | None:
        one: Side = getattr(self.world, side)
        dialogs = list(one.endpoint.dialogs.values())
        return (one, dialogs[pick % len(dialogs)]) if dialogs else None

    @rule(
        loss=st.sampled_from((0, 10, 10, 30, 60)),
        double=st.sampled_from((0, 20)),
        delay_ms=st.sampled_from((1, 50, 700, 3000)),
    )
    def weather(self, loss: int, double: int, delay_ms: int) -> None:
        self.worst_loss = max(self.worst_loss, loss)
        self.world.loss, self.world.double, self.world.delay_ms = loss, double, delay_ms

    @rule(ms=st.sampled_from((0, 1, 20, 100, 400, 600, 2_000, 9_000, 40_000)))
    def wait(self, ms: int) -> None:
        self.world.run(ms * 1_000)

    @precondition(lambda self: len(self.world.a.legs) < 4)
    @rule()
    def call(self) -> None:
        self.world.call()

    @precondition(lambda self: len(self.world.a.legs) < 4)
    @rule(ms=st.sampled_from((30, 1_000, 10_000)))
    def call_and_answer(self, ms: int) -> None:
        self.world.call()
        self.world.run(ms * 1_000)
        for leg in list(self.world.b.endpoint.dialogs):
            self.world.b.endpoint.answer(leg, self.world.b.body(), self.world.now)
        self.world.run(ms * 1_000)

    @rule(pick=PICK, body=st.booleans())
    def ring(self, pick: int, body: bool) -> None:
        if found := self._dialog("b", pick):
            side, dialog = found
            side.endpoint.ring(dialog.leg, self.world.now, side.body() if body else b"")
            self.world.settle()

    @rule(pick=PICK)
    def answer(self, pick: int) -> None:
        if found := self._dialog("b", pick):
            side, dialog = found
            side.endpoint.answer(dialog.leg, side.body(), self.world.now)
            self.world.settle()

    @rule(pick=PICK, status=st.sampled_from((486, 603, 480)))
    def refuse(self, pick: int, status: int) -> None:
        if found := self._dialog("b", pick):
            found[0].endpoint.refuse(found[1].leg, status, self.world.now)
            self.world.settle()

    @rule(side=SIDES, pick=PICK)
    def hang_up(self, side: str, pick: int) -> None:
        if found := self._dialog(side, pick):
            found[0].endpoint.hang_up(found[1].leg, self.world.now)
            self.world.settle()

    @rule(side=SIDES, pick=PICK)
    def reoffer(self, side: str, pick: int) -> None:
        if found := self._dialog(side, pick):
            one, dialog = found
            one.endpoint.reoffer(dialog.leg, one.body(), self.world.now)
            self.world.settle()

    @rule(pick=PICK)
    def both_reoffer_at_once(self, pick: int) -> None:
        self.reoffer("a", pick)
        self.reoffer("b", pick)

    @rule(side=SIDES, pick=PICK, what=st.sampled_from(("ask", "nudge", "digit")))
    def say(self, side: str, pick: int, what: str) -> None:
        if found := self._dialog(side, pick):
            one, dialog = found
            if what == "ask":
                one.endpoint.ask(dialog.leg, self.world.now)
            elif what == "nudge":
                one.endpoint.nudge(dialog.leg, self.world.now)
            else:
                one.endpoint.tell_digit(dialog.leg, "5", self.world.now)
            self.world.settle()

    def _clear_weather(self) -> None:
        self.world.loss = self.world.double = 0
        self.world.delay_ms = 1

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self._clear_weather()
        self.world.run(QUIET_US)
        self._agree()
        for side in self.world.sides():
            for leg in list(side.endpoint.dialogs):
                side.endpoint.hang_up(leg, self.world.now)
        self.world.run(QUIET_US)
        for side in self.world.sides():
            self._over(side)

    def _agree(self) -> None:
        """Both know the same calls, and the same descriptions of them."""
        a, b = self.world.sides()
        ups = {d.call_id: d for d in a.endpoint.dialogs.values() if d.phase is Phase.UP}
        theirs = {d.call_id: d for d in b.endpoint.dialogs.values() if d.phase is Phase.UP}
        assert ups.keys() == theirs.keys()
        for call_id, ours in ups.items():
            assert ours.local_sdp == theirs[call_id].remote_sdp
            assert ours.remote_sdp == theirs[call_id].local_sdp

    def _over(self, side: Side) -> None:
        assert not side.endpoint.dialogs
        assert not side.endpoint.by_id
        assert not side.endpoint.transactions.clients
        assert not side.endpoint.transactions.servers
        for leg in side.legs:
            ends = side.finished.get(leg, ())
            assert len(ends) == 1, leg
            if self.worst_loss <= LITTLE_LOSS:
                assert ends[0].why not in (Why.NO_ACK, Why.UNSENT)


TwoUserAgents.TestCase.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
TestTwoUserAgents = TwoUserAgents.TestCase
