"""What changed definitions would do now, in words and in both languages: the command line prints
them, and the API gives them. There is no second set."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from roost.floor.consequences import (
    AgentsChange,
    Consequences,
    PromiseChange,
    QueueChange,
    WaitingChange,
)
from roost.kernel.time import SECOND, DurationUs

MOST_NAMED: Final = 5  # agents of one line
OUTCOMES: Final = {
    "abandoned": "放弃",
    "overflowed": "转走",
    "called_back": "转回呼",
    "voicemail": "转留言",
    "ended_by_us": "由系统结束",
}


class Phrase(Struct, frozen=True):
    """`good`: 1 what somebody hopes for, -1 what they should look at."""

    en: str
    zh: str
    good: int = 0


class Line(Struct, frozen=True):
    """What's said of one contact, queue, promise, or of some agents. `about` are columns."""

    about: tuple[Phrase, ...]
    says: tuple[Phrase, ...]
    joined: str = "; "

    @property
    def en(self) -> str:
        about = "  ".join(one.en for one in self.about)
        return f"{about}  {self.joined.join(one.en for one in self.says)}".rstrip()

    @property
    def zh(self) -> str:
        about = " ".join(one.zh for one in self.about)
        return f"{about}：{'；'.join(one.zh for one in self.says)}".rstrip("：")


def lines(found: Consequences) -> tuple[tuple[Line, ...], ...]:
    """Those who wait, queues, agents, promises; each kind by itself."""
    return (
        tuple(_waiting(one) for one in found.waiting),
        tuple(_queue(one) for one in found.queues),
        tuple(_agents(one) for one in found.agents),
        tuple(_promise(one) for one in found.promises),
    )


def _same(text: str, good: int = 0) -> Phrase:
    return Phrase(text, text, good)


def _waiting(one: WaitingChange) -> Line:
    client, _, queue = one.queue.partition("/")
    waited = _clock(one.waited_us)
    name = _same(f"{client}-{one.count}")
    return Line(
        (name, Phrase(f"waits in {queue} {waited}", f"在 {queue} 等待 {waited}")),
        tuple(_of_waiting(one)),
    )


def _of_waiting(one: WaitingChange) -> Iterator[Phrase]:
    if one.rung is not None:
        yield Phrase(f"{one.rung} is rung at once", f"立即振铃 {one.rung}", 1)
    elif one.left:
        left = OUTCOMES.get(one.left, one.left)
        yield Phrase(f"leaves the queue: {one.left}", f"离开队列：{left}", -1)
    elif one.place != one.place_after:
        earlier = one.place_after < one.place
        en, zh = ("earlier", "提前") if earlier else ("later", "推后")
        places = f"{one.place} → {one.place_after}"
        yield Phrase(f"{en}: place {places}", f"{zh}：位置 {places}")
    if one.here != one.here_after and not one.left:
        people = f"{one.here} → {one.here_after}"
        en = f"people here who may take it {people}"
        if one.here_after:
            yield Phrase(en, f"在线可接听者 {people}")
        else:
            yield Phrase(f"{en} nobody", f"在线可接听者 {people}，无人", -1)


def _queue(one: QueueChange) -> Line:
    return Line((_same(one.queue),), tuple(_of_queue(one)))


def _of_queue(one: QueueChange) -> Iterator[Phrase]:
    if one.could < 0:
        yield Phrase("new", "新增", 1)
    elif one.could_after < 0:
        yield Phrase("gone", "移除", -1)
    elif one.could != one.could_after or one.here != one.here_after:
        could, here = f"{one.could} → {one.could_after}", f"{one.here} → {one.here_after}"
        yield Phrase(f"people {could}, here {here}", f"人员 {could}，在线 {here}")
    if one.could_after == 0:
        yield Phrase("nobody at all could serve it", "完全无人可服务", -1)
    elif one.here_after == 0 and one.could_after > 0 and (one.here > 0 or one.waiting):
        yield Phrase("nobody who is here could serve it", "在线者中无人可服务", -1)
    if one.waiting:
        parts = (
            (one.earlier, "earlier", "提前"),
            (one.later, "later", "推后"),
            (one.rung, "rung", "振铃"),
            (one.left, "gone", "离开"),
        )
        en = ", ".join(f"{count} {word}" for count, word, _ in parts if count)
        zh = "，".join(f"{count} 个{word}" for count, _, word in parts if count)
        yield Phrase(
            f"{one.waiting} wait" + (f": {en}" if en else ""),
            f"{one.waiting} 个等待" + (f"：{zh}" if zh else ""),
        )


def _agents(one: AgentsChange) -> Line:
    names = ", ".join(one.agents[:MOST_NAMED])
    more = len(one.agents) - MOST_NAMED
    en, zh = names, names.replace(", ", "、")
    if more > 0:
        en, zh = f"{en} and {more} more", f"{zh} 等 {len(one.agents)} 人"
    who = Phrase(f"agent {en} ({one.here} here)", f"坐席 {zh}（在线 {one.here}）")
    gains = (_same(f"+ {queue}", 1) for queue in one.gains)
    loses = (_same(f"- {queue}", -1) for queue in one.loses)
    return Line((who,), (*gains, *loses), joined="  ")


def _promise(one: PromiseChange) -> Line:
    before, after = _percent(one.promised), _percent(one.promised_after)
    says = [
        Phrase(
            f"{before.en} → {after.en}; {one.good} of {one.all} in time so far",
            f"{before.zh} → {after.zh}；迄今 {one.all} 个中 {one.good} 个及时",
        )
    ]
    if one.all and one.promised_after >= 0:
        kept = one.kept(one.promised_after)
        miss = Phrase("missed as it stands", "目前未达标", -1)
        says.append(Phrase("kept", "达标") if kept else miss)
    name = Phrase(f"promise {one.promise}", f"承诺 {one.promise}")
    return Line((name,), tuple(says), joined=", ")


def _percent(millionths: int) -> Phrase:
    if millionths < 0:
        return Phrase("none", "无")
    return _same(f"{millionths / 10_000:g} %")


def _clock(length_us: DurationUs) -> str:
    whole = round(length_us / SECOND)
    hours, rest = divmod(whole, 3_600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
