"""Contacts' legs at desks: rung, answered, and ended as the floor wants it."""

import asyncio
from typing import Final

from roost.adapters.telephony.desk import Book, Desk, DeskLeg, KeptLeg, standing_of
from roost.adapters.telephony.switch import Switch
from roost.floor.calls.messages import LegAnswered, LegClosed, LegConfirmed, LegFailed, LegRang
from roost.floor.effects import AskLeg, DialAgent, EndLeg, NudgePhone
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import LegId, MediaId
from roost.kernel.messages import Effect
from roost.ports.commands import Done
from roost.ports.desks import Over, Ringing, Talking
from roost.ports.media import MediaGone

RING_S: Final = 3.0  # a desk that is rung without audio has so long to be back


class DeskLegs:
    """Works on the book's legs."""

    def __init__(self, switch: Switch, book: Book) -> None:
        self._switch = switch
        self._book = book

    def perform(self, effect: Effect) -> bool:
        """Whether it was ours."""
        if isinstance(effect, DialAgent):
            return self._dial(effect)
        name: LegId | None = getattr(effect, "leg", None)
        desk = None if name is None else self._book.legs.get(name)
        if desk is None or name is None:
            return False
        leg = desk.legs[name]
        match effect:
            case NudgePhone():
                self._switch.start(self._answer(desk, leg))
            case EndLeg():
                leg.ending = effect.reason
                self._switch.start(self._end(desk, leg))
            case AskLeg():
                self._switch.start(self._ask(desk, leg))
            case _:
                pass
        return True

    def _dial(self, effect: DialAgent) -> bool:
        desk = self._book.desks.get(effect.agent)
        if desk is None or not desk.known:
            return effect.leg in self._book.legs
        if effect.leg in self._book.legs:
            return True
        switch = self._switch
        busy = any(leg.ending is None for leg in desk.legs.values())
        if busy or effect.media != desk.media:
            reason = Reason.BUSY if busy else Reason.MEDIA_LOST
            switch.say(LegFailed(effect.leg, Blame.US, reason, 0))
            return True
        leg = DeskLeg(
            KeptLeg(effect.leg, effect.contact, effect.client, effect.media, effect.agent),
            asked=effect.asked,
        )
        self.add(desk, leg)
        switch.say(LegRang(effect.leg))
        if desk.flowing:
            self.ring(desk, leg)
        else:
            self.wait(desk)
        return True

    def add(self, desk: Desk, leg: DeskLeg) -> None:
        desk.legs[leg.kept.leg] = leg
        self._book.legs[leg.kept.leg] = desk

    def ring(self, desk: Desk, leg: DeskLeg) -> None:
        if not leg.asked:
            self._book.tell(desk, Ringing(leg.kept.contact))
        if leg.asked or desk.auto_answer:
            self._switch.start(self._answer(desk, leg))

    def tell_again(self, desk: Desk) -> None:
        """A connection is there, perhaps of another page."""
        for leg in desk.legs.values():
            if leg.up:
                self._book.tell(desk, Talking(leg.kept.contact))
            else:
                self.ring(desk, leg)

    async def _answer(self, desk: Desk, leg: DeskLeg) -> None:
        switch, kept = self._switch, leg.kept
        async with leg.changing:
            if leg.up or leg.ending is not None or kept.leg not in self._book.legs:
                return
            try:
                await switch.media.attach_leg(
                    kept.media, kept.contact, kept.leg, standing_of(desk.agent)
                )
            except MediaGone:
                self._drop(desk, leg, Reason.MEDIA_LOST)
                switch.say(LegFailed(kept.leg, Blame.US, Reason.MEDIA_LOST, 0))
                return
            answer = await switch.tell(LegAnswered(kept.leg), puts=(kept.put(),))
            if isinstance(answer, Done) and leg.ending is None:
                leg.up = True
                self._book.tell(desk, Talking(kept.contact))
                return
            leg.ending = leg.ending or Reason.CALLER_LEFT
        await self._end(desk, leg)

    async def _end(self, desk: Desk, leg: DeskLeg) -> None:
        """The contact's leg is taken off the standing one; the floor hears when it's done."""
        async with leg.changing:
            if leg.kept.leg not in self._book.legs:
                return
            reason = leg.ending or Reason.HUNG_UP
            self._drop(desk, leg, reason)
            await self._close_leg(leg.kept.media, leg.kept.leg)
            self._switch.say(LegClosed(leg.kept.leg, Blame.US, reason))

    def _drop(self, desk: Desk, leg: DeskLeg, reason: Reason) -> None:
        desk.legs.pop(leg.kept.leg, None)
        self._book.legs.pop(leg.kept.leg, None)
        self._book.tell(desk, Over(leg.kept.contact, reason.value))
        self.let_go(desk)
        self._book.tidy(desk)

    async def _ask(self, desk: Desk, leg: DeskLeg) -> None:
        """Whether it's still there: the desk, and its leg in media."""
        switch, kept = self._switch, leg.kept
        try:
            held = {one.leg for one in await switch.media.legs(kept.media)}
        except MediaGone:
            held = {kept.leg}  # nobody knows
        if kept.leg not in self._book.legs:
            return
        if leg.up and kept.leg not in held:
            self._drop(desk, leg, Reason.MEDIA_LOST)
            switch.say(LegClosed(kept.leg, Blame.US, Reason.MEDIA_LOST))
        elif desk.known:
            switch.say(LegConfirmed(kept.leg))
        else:
            leg.ending = Reason.UNREACHABLE
            self._drop(desk, leg, Reason.UNREACHABLE)
            await self._close_leg(kept.media, kept.leg)
            switch.say(LegClosed(kept.leg, Blame.NETWORK, Reason.UNREACHABLE))

    # --- the line below ---

    def wait(self, desk: Desk) -> None:
        """It's rung, or was, and isn't there: for a moment."""
        if desk.legs:
            asyncio.get_running_loop().call_later(RING_S, self.not_back, desk)

    def not_back(self, desk: Desk) -> None:
        """Whoever is rung must be able to hear it."""
        if not desk.flowing:
            for leg in list(desk.legs.values()):
                if not leg.up and not leg.changing.locked():
                    self._drop(desk, leg, Reason.UNREACHABLE)
                    failed = LegFailed(leg.kept.leg, Blame.NETWORK, Reason.UNREACHABLE, 0)
                    self._switch.say(failed)

    def let_go(self, desk: Desk) -> None:
        """Media needn't hold the standing leg any more, once no contact's is attached."""
        if not desk.known and not desk.legs and desk.media is not None and desk.anchored:
            media, desk.anchored = desk.media, None
            self._switch.start(self._close_leg(media, standing_of(desk.agent)))

    async def _close_leg(self, media: MediaId, leg: LegId) -> None:
        try:
            await self._switch.media.close_leg(media, leg)
        except MediaGone:
            self._switch.count("media_gone")
