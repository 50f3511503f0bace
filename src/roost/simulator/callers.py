"""Virtual callers: they arrive, listen, press keys, wait as long as they can, talk, hang up."""

from copy import copy
from typing import Protocol

from roost.floor.calls.messages import (
    CallArrived,
    CallbackClosed,
    CallbackPromised,
    ContactEnded,
    DigitsCollected,
    LegAnswered,
    LegClosed,
    LegConfirmed,
    LegEnded,
    LegFailed,
    LegSilent,
    ReceiveCall,
)
from roost.floor.effects import CollectDigits, DialNumber
from roost.floor.flows.messages import CallbackOffered, FlowAdvanced
from roost.floor.queues.messages import ContactQueued
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ContactId, LegId, MediaId, TrunkId, VaultId
from roost.kernel.messages import Command
from roost.kernel.time import SECOND, DurationUs
from roost.simulator.arrivals import Source, sources
from roost.simulator.dice import Dice, drawn, key_of
from roost.simulator.scenario import (
    ANY,
    LEAVES,
    SILENT,
    WRONG_KEY,
    Known,
    Returning,
    Scenario,
    Stream,
)
from roost.simulator.timeline import Timeline

TRUNK = TrunkId("trunk-sim")
BUSY = 300_000  # of the calls that don't reach anybody
SILENCE_US = 15 * SECOND  # until media notices that nothing comes
GIVES_UP_US = 32 * SECOND  # on a BYE or a 200 without an answer: RFC 3261, timers F and H


class Tell(Protocol):
    """Sends a command to the engine over the (perhaps faulty) network."""

    def __call__(self, command: Command, key: str) -> None: ...


class Caller:
    """One caller's plan and state; `gone` once they have hung up or were hung up on, `talking`
    the agent's leg that they hear, `heard` the instant at which the prompts playing end.

    What is drawn of a caller is drawn when they call, from dice of their own: whatever becomes of
    them in this run, in another one they have the same keys, patience and matter. `known` is what
    is known of a caller who did call."""

    __slots__ = (
        "after_us", "again", "codes", "dice", "gone", "heard", "helper", "key", "keys", "known",
        "label", "leaves", "leg", "luck", "offered", "person", "queue", "said", "stream", "talking",
        "talks",
    )  # fmt: skip

    def __init__(self, leg: LegId, dice: Dice, stream: Stream, known: Known | None = None) -> None:
        self.leg = leg
        self.dice = dice
        self.stream = stream
        self.codes = stream.codes
        self.known = known
        self.person = "" if known is None else known.person
        self.helper = ""  # the agent whom they talked to last, also in an earlier call
        self.again = 0  # the dice of their next call; 0: there's none
        self.after_us = 0
        self.gone = False
        self.talking = ""
        self.label = ""
        self.queue = ""
        self.offered = ""  # a callback, by this collection
        self.key = ""  # that takes it
        self.said = 0
        self.talks = 0
        self.heard = 0
        key = dice.pick(stream.keys)
        self.luck = (dice.bits(), dice.bits(), dice.bits())  # patience, talk, wrap-up
        if known is not None:
            self.leaves = known.keys == (LEAVES,)
            self.keys = known.keys
            return
        self.leaves = key == LEAVES
        self.keys: tuple[str, ...] = (key,)
        if key == WRONG_KEY:
            self.keys = ("9", stream.keys[0][0])
        elif key == SILENT:
            self.keys = ("",)

    def returns(self, how: Returning) -> None:
        """Drawn when they call, as all of them: whether, and when, they will call again."""
        seed, comes, after = self.dice.bits(), self.dice.chance(how.share), self.dice.bits()
        if comes:
            self.again, self.after_us = seed or 1, drawn(how.after, after)

    def called_back(self, leg: LegId, dice: Dice) -> "Caller":
        """The same person with the same matter, on another line."""
        other = copy(self)
        other.leg, other.dice, other.gone, other.talking = leg, dice, False, ""
        return other


class Callers:
    """All callers of a run. The truth about each leg is here; the engine hears of it.

    `media` is where new calls are anchored. `cut` while the trunk is out: nothing that callers
    send reaches us, and nothing of ours reaches them."""

    def __init__(self, scenario: Scenario, seed: int, timeline: Timeline, tell: Tell) -> None:
        self.scenario = scenario
        self.seed = seed
        self.timeline = timeline
        self.tell = tell
        self.end = scenario.start + scenario.length_us
        self.count = 0
        self.by_leg: dict[LegId, Caller] = {}
        self.by_contact: dict[ContactId, Caller] = {}
        self.promised: dict[ContactId, Caller] = {}  # by the contact in which it was promised
        self.patience = dict(scenario.behaviour.patience)
        self.usual_patience = self.patience.get(ANY) or scenario.behaviour.patience[0][1]
        self.media = MediaId("media-sim")
        self.cut = False

    def begin(self) -> None:
        for source in sources(self.scenario, self.seed):
            self.next_of(source, 0)
        for outage in self.scenario.faults.outages:
            self.timeline.after(outage.from_us, self.cut_off, outage.length_us)

    def next_of(self, source: Source, place: int) -> None:
        """A source's next call, if there's one before the end."""
        at = next(source.instants, None)
        if at is not None and (at := self.scenario.start + at) < self.end:
            self.timeline.after(max(0, at - self.timeline.now), self.arrive, (source, place))

    def arrive(self, about: tuple[Source, int]) -> None:
        source, place = about
        self.next_of(source, place + 1)
        if self.cut:
            return
        self.count += 1
        leg = LegId(f"in{self.count}")
        dice = Dice(self.seed, source.key + 2 + place)
        known = source.known[place] if source.known else None
        caller = Caller(leg, dice, source.stream, known)
        if self.scenario.behaviour.returning is not None and known is None:
            caller.person = f"{source.key:x}.{place}"
        self.call(caller)

    def call(self, caller: Caller) -> None:
        leg, stream = caller.leg, caller.stream
        returning = self.scenario.behaviour.returning
        if returning is not None and caller.known is None:
            caller.returns(returning)
        self.by_leg[leg] = caller
        number = VaultId(f"caller:{leg}")
        command = ReceiveCall(
            leg,
            TRUNK,
            stream.number,
            number,
            stream.lists,
            self.media,
            caller.person,
            may_call=True,
        )
        self.tell(command, f"invite:{leg}")

    def call_again(self, before: Caller) -> None:
        """The same person, on another matter or the same."""
        if self.cut:
            return
        self.count += 1
        caller = Caller(LegId(f"in{self.count}"), Dice(before.again), before.stream)
        caller.person, caller.helper = before.person, before.helper
        self.call(caller)

    def cut_off(self, length_us: int) -> None:
        """The trunk is out: media hears nothing of the callers who are there."""
        self.cut = True
        self.timeline.after(length_us, self.back)
        for leg in self.by_leg:
            self.timeline.timer(SILENCE_US, self.fall_silent, leg)

    def back(self, _: object) -> None:
        self.cut = False

    def answered(self, leg: LegId) -> None:
        """Our 200 arrived: the caller acknowledges it, who is there (the INVITE may have been the
        late double of one that's over)."""
        if self.there(leg):
            self.tell(LegAnswered(leg), f"ack:{leg}")
        else:
            self.timeline.timer(GIVES_UP_US, self.given_up, leg)

    def there(self, leg: LegId) -> bool:
        caller = self.by_leg.get(leg)
        return caller is not None and not caller.gone and not self.cut

    def asked_for(self, caller: Caller) -> None:
        """OPTIONS in the dialog."""
        if self.cut:
            return
        if caller.gone:
            self.tell(
                LegClosed(caller.leg, Blame.NETWORK, Reason.MEDIA_SILENT), f"481:{caller.leg}"
            )
        else:
            self.tell(LegConfirmed(caller.leg), f"alive:{caller.leg}:{self.timeline.now}")

    def asked(self, effect: CollectDigits) -> None:
        """A menu wants a key: think, then press, stay silent, or leave."""
        caller = self.by_leg.get(effect.leg)
        if caller is None or caller.gone:
            return
        if caller.leaves:
            self.timeline.after(caller.dice.exponential(3 * SECOND), self.hang_up, caller)
            return
        if effect.collect == caller.offered:
            self.answer_offer(caller, effect)
            return
        key = caller.keys[min(caller.said, len(caller.keys) - 1)] if caller.keys else ""
        caller.said += 1
        listening = max(0, caller.heard - self.timeline.now)
        known = caller.known
        if known is not None and known.enters_us >= 0 and caller.said >= len(caller.keys):
            due = self.scenario.start + known.at_us + known.enters_us - self.timeline.now
            self.timeline.after(max(0, due), self.press, (caller, effect, key))
        elif key:
            wait = listening + caller.dice.exponential(self.scenario.behaviour.think_us)
            self.timeline.after(wait, self.press, (caller, effect, key))
        else:
            self.timeline.after(listening + effect.first_us, self.press, (caller, effect, ""))

    # --- callbacks ---

    def offered(self, event: CallbackOffered) -> None:
        """They hear that they may be called back."""
        caller = self.by_contact.get(event.contact) if event.contact else None
        if caller is not None:
            caller.offered, caller.key = event.collect, event.key

    def answer_offer(self, caller: Caller, effect: CollectDigits) -> None:
        """Whoever takes it does so at the first offer: it's their nature, whatever the policy."""
        listening = max(0, caller.heard - self.timeline.now)
        nature = Dice(self.seed, key_of("callback", caller.leg))
        if nature.chance(self.scenario.behaviour.takes_callback):
            wait = listening + nature.exponential(self.scenario.behaviour.think_us)
            self.timeline.after(wait, self.press, (caller, effect, caller.key))
        else:
            self.timeline.after(listening + effect.first_us, self.press, (caller, effect, ""))

    def promise(self, event: CallbackPromised) -> None:
        """The person is known by the contact in which it was promised, through all tries."""
        caller = self.promised.get(event.first) or self.by_contact.get(event.first)
        if caller is not None and event.contact is not None:
            self.promised[event.first] = caller
            dice = Dice(self.seed, key_of("called back", event.leg))
            self.by_contact[event.contact] = caller.called_back(event.leg, dice)

    def closed(self, event: CallbackClosed) -> None:
        if event.next is None:
            self.promised.pop(event.first, None)

    def called(self, effect: DialNumber) -> None:
        """Their phone rings (an INVITE that came twice rings once): it's lifted, or nobody's
        there, or it's busy."""
        caller = self.by_contact.get(effect.contact)
        if caller is None or effect.leg in self.by_leg:
            return
        self.by_leg[effect.leg] = caller
        behaviour, dice = self.scenario.behaviour, caller.dice
        if dice.chance(behaviour.callback_reached):
            self.timeline.after(dice.exponential(behaviour.lifts_after_us), self.lift, caller)
        elif dice.chance(BUSY):
            self.timeline.after(SECOND, self.busy, caller)

    def lift(self, caller: Caller) -> None:
        if self.by_leg.get(caller.leg) is caller and not caller.gone and not self.cut:
            self.tell(LegAnswered(caller.leg), f"200:{caller.leg}")
            self.timeline.after(self.patience_of(caller), self.lose_patience, caller)

    def busy(self, caller: Caller) -> None:
        self.tell(LegFailed(caller.leg, Blame.CALLER, Reason.BUSY, 486), f"486:{caller.leg}")

    # --- waiting, and leaving ---

    def press(self, about: tuple[Caller, CollectDigits, str]) -> None:
        caller, effect, key = about
        if caller.gone or effect.media != self.media:
            return
        key = "" if self.cut else key
        single = effect.most == 1
        value = None if single or not key else VaultId(f"digits:{effect.collect}")
        self.tell(
            DigitsCollected(
                effect.contact,
                effect.collect,
                count=(1 if single else effect.most) if key else 0,
                ended_by="enough" if key else "silence",
                digit=key if single else "",
                value=value,
            ),
            f"digits:{effect.collect}",
        )

    def arrived(self, event: CallArrived) -> None:
        """The engine knows the call: its contact's id."""
        caller = self.by_leg.get(event.leg)
        if caller and event.contact:
            self.by_contact[event.contact] = caller

    def chose(self, event: FlowAdvanced) -> None:
        """What the call is about, by the flow's label."""
        caller = self.by_contact.get(event.contact) if event.choice and event.contact else None
        if caller:
            caller.label = event.choice

    def waits(self, event: ContactQueued) -> None:
        """The caller is in a queue: patience begins; or goes on in another one."""
        caller = self.by_contact.get(event.contact) if event.contact else None
        if caller and not caller.gone and event.callback is None:
            caller.talking = ""
            caller.queue = event.queue
            if event.before is not None and event.since < self.timeline.now:
                return
            self.timeline.after(self.patience_of(caller), self.lose_patience, caller)

    def patience_of(self, caller: Caller) -> int:
        """How long they'll wait in this queue, if nobody answers."""
        patience, known = self.patience, caller.known
        law = patience.get(caller.queue) or patience.get(caller.label) or self.usual_patience
        if known is None or known.patience_us < 0:
            return drawn(law, caller.luck[0])
        return known.patience_us + (drawn(law, caller.luck[0]) if known.outlasted else 0)

    def lose_patience(self, caller: Caller) -> None:
        if not caller.talking:
            self.hang_up(caller)

    def hang_up(self, caller: Caller) -> None:
        if caller.gone:
            return
        caller.gone = True
        if not self.cut:
            self.tell(LegClosed(caller.leg, Blame.CALLER, Reason.HUNG_UP), f"bye:{caller.leg}")
        self.timeline.timer(SILENCE_US, self.fall_silent, caller.leg)

    def hung_up_on(self, leg: LegId) -> None:
        """Our BYE, CANCEL or final answer reached the caller; or signalling gives up on it."""
        caller = self.by_leg.get(leg)
        if caller is not None:
            caller.gone = True
        if self.cut:
            self.timeline.timer(GIVES_UP_US, self.given_up, leg)
        else:
            self.tell(LegClosed(leg, Blame.US, Reason.HUNG_UP), f"closed:{leg}")

    def given_up(self, leg: LegId) -> None:
        if not self.there(leg):
            self.tell(LegClosed(leg, Blame.NETWORK, Reason.UNREACHABLE), f"timeout:{leg}")

    def fall_silent(self, leg: LegId) -> None:
        """Media's notice of a leg that sends nothing: its BYE was lost, or the trunk is out. Again
        until the leg is forgotten, or heard."""
        caller = self.by_leg.get(leg)
        if caller is not None and (caller.gone or self.cut):
            self.tell(LegSilent(leg), f"silent:{leg}:{self.timeline.now}")
            self.timeline.timer(SILENCE_US, self.fall_silent, leg)

    def over(self, event: ContactEnded) -> None:
        """The engine knows that it's over."""
        caller = self.by_contact.pop(event.contact, None) if event.contact else None
        if caller is None:
            return
        caller.gone = True
        if caller.again and caller.talks and self.timeline.now + caller.after_us < self.end:
            self.timeline.after(caller.after_us, self.call_again, caller)

    def forget(self, event: LegEnded) -> None:
        """The engine knows that the leg is gone."""
        self.by_leg.pop(event.leg, None)

    def voicemail_us(self, leg: LegId, most_us: DurationUs) -> int:
        """How long they speak after the tone."""
        caller, mean = self.by_leg.get(leg), self.scenario.behaviour.voicemail_us
        return min(most_us, caller.dice.exponential(mean) if caller else mean)
