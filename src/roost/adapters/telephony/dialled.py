"""Legs that we dialled, whoever is at the other end: rung, answered, ended."""

from typing import ClassVar

from roost.adapters.telephony.legs import Leg, agreed_of
from roost.adapters.telephony.reasons import (
    TAKEN_ELSEWHERE,
    end_of,
    failure_of,
    most_telling,
    reason_header,
)
from roost.adapters.telephony.switch import Switch
from roost.floor.calls.messages import LegAnswered, LegClosed, LegFailed, LegRang
from roost.kernel.ends import Blame, Reason
from roost.ports.commands import Done
from roost.protocols.sdp.negotiate import Refused as NoSdp
from roost.protocols.sip.events import Accepted, Finished, Rang


class Dialled:
    """Works on the switch's legs that we dialled. A leg may call several phones (its `ringing`
    branches); the first 2xx wins."""

    BLAMED: ClassVar[Blame] = Blame.AGENT

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def end(self, leg: Leg, reason: Reason) -> None:
        leg.ending = reason
        switch = self._switch
        header = reason_header(reason)
        for branch in [leg.branch] if leg.branch else list(leg.ringing):
            switch.endpoint.hang_up(branch, switch.now(), reason=header)
        if leg.line is not None:
            switch.endpoint.hang_up(leg.line.branch, switch.now(), reason=header)
        switch.line.pump()

    # --- what the far end does ---

    def rang(self, leg: Leg, event: Rang) -> None:
        if not leg.rang and event.status != 181:
            leg.rang = True
            self._switch.say(LegRang(leg.leg))

    def accepted(self, leg: Leg, event: Accepted) -> None:
        switch = self._switch
        now = switch.now()
        if leg.branch or leg.ending is not None:  # another phone was first, or nobody waits
            switch.endpoint.hang_up(event.leg, now, reason=TAKEN_ELSEWHERE)
            return
        leg.branch = event.leg
        leg.ringing.discard(event.leg)
        for other in leg.ringing:
            switch.endpoint.hang_up(other, now, reason=TAKEN_ELSEWHERE)
        switch.start(self._accept(leg, event.body))

    async def _accept(self, leg: Leg, body: bytes) -> None:
        """The ACK goes out when the floor has committed the answer: until then the phone would
        answer once more if we crashed."""
        switch = self._switch
        async with leg.agreeing:
            stream = switch.judge_answer(leg, body or leg.early)
            no = Reason.NO_COMMON_CODEC if isinstance(stream, NoSdp) else None
            if not isinstance(stream, NoSdp):
                if not await switch.agree(leg, stream):
                    no = Reason.MEDIA_LOST
                leg.agreed = agreed_of(stream)
        if no is not None:
            leg.ending = no
            switch.endpoint.hang_up(leg.branch, switch.now())
            switch.line.pump()
            return
        if leg.ended:
            return
        answer = await switch.tell(LegAnswered(leg.leg), puts=switch.kept(leg))
        if isinstance(answer, Done) and leg.ending is None:
            leg.up = True
            switch.endpoint.acknowledge(leg.branch, switch.now())
        else:
            leg.ending = leg.ending or Reason.CALLER_LEFT
            switch.endpoint.hang_up(leg.branch, switch.now())
        switch.line.pump()

    def finished(self, leg: Leg, event: Finished) -> None:
        switch = self._switch
        switch.branches.pop(event.leg, None)
        if event.leg == leg.branch:
            self.over(leg, event)
            return
        leg.ringing.discard(event.leg)
        self.failed(leg, event)
        if not leg.ringing and not leg.branch:
            self.over(leg)

    def failed(self, leg: Leg, event: Finished) -> None:
        """One of the leg's calls never came up."""
        blame, reason = failure_of(event)
        leg.failures.append((blame, reason, event.status))

    def over(self, leg: Leg, event: Finished | None = None) -> None:
        """Nothing is left of the leg."""
        switch = self._switch
        switch.drop(leg)
        if leg.line is not None:  # with the first line the second is over
            switch.endpoint.hang_up(leg.line.branch, switch.now())
            switch.line.pump()
        switch.start(switch.close_media(leg))
        if event is not None and leg.up and leg.ending is None:
            blame, reason = end_of(event, self.BLAMED)
            switch.say(LegClosed(leg.leg, blame, reason))
        elif leg.ending is Reason.NO_COMMON_CODEC and not leg.up:
            switch.say(LegFailed(leg.leg, self.BLAMED, leg.ending, 488))
        elif leg.ending is not None:
            switch.say(LegClosed(leg.leg, Blame.US, leg.ending))
        elif leg.failures:
            switch.say(LegFailed(leg.leg, *most_telling(leg.failures)))
        else:
            switch.say(LegFailed(leg.leg, Blame.NETWORK, Reason.UNREACHABLE, 0))
