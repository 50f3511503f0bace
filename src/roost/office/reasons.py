"""Why a contact went to whom, and why nobody has it yet: the words of routing, in both languages.

The command line prints them, and the API gives them to the pages: there is no second set. An
event comes as `ports.records.Happening` has it: texts as they are, anything else as JSON, and
what's nothing isn't there.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from roost.kernel.ids import AgentId
from roost.kernel.time import SECOND, DurationUs

Name = Callable[[str], str]
Detail = Mapping[str, str]


class Said(Struct, frozen=True):
    """One sentence in both languages."""

    en: str
    zh: str


class Free(Struct, frozen=True):
    """Those who may serve a contact that waits, by what they do now."""

    ready: int = 0
    busy: int = 0
    resting: int = 0
    away: int = 0
    out: int = 0  # not signed in


class Waiting(Struct, frozen=True):
    """Why nobody has a contact yet, in figures. `more`: how many more may serve it from the next
    ring on, in so long; `only`: for whom alone it waits, for so long; what callers are told:
    `position` and `wait_us`."""

    free: Free
    higher: int  # contacts that go before it, by priority
    older: int  # and, of its own priority, by time
    more: int = 0
    more_us: DurationUs | None = None
    only: AgentId | None = None
    only_us: DurationUs = DurationUs(0)
    by_contract: bool = False
    position: int | None = None  # in its queue; null: it stands in no line now
    wait_us: DurationUs | None = None  # until somebody answers; null: nobody is there who could


RULES: Final = {
    "longest_idle": Said("the longest idle goes first", "空闲最久者优先"),
    "most_skilled": Said("the most skilled goes first", "技能最高者优先"),
    "least_skilled": Said(
        "who has the fewest skills goes first, so that the versatile stay free",
        "技能最少者优先，留出多面手",
    ),
    "least_occupied": Said("the least busy of the day goes first", "当日最不忙者优先"),
    "fair_share": Said(
        "who has had the fewest contacts of this client goes first", "接待该客户最少者优先"
    ),
    "direct": Said("it was handed to this person", "由同事直接转给此人"),
    "held": Said("it waited for this person", "专为此人等候"),
}
ORDERS: Final = {
    "priority": Said("by priority, then time", "先按优先级，再按时间"),
    "contract": Said(
        "by priority, then what waiting costs by contract", "先按优先级，再按合同中等候的代价"
    ),
}
RULED_OUT: Final = {
    "skills": Said("may not serve it (skills, or team)", "技能或班组不符"),
    "busy": Said("busy", "忙碌"),
    "away": Said("away", "离席"),
    "resting": Said("resting", "休整中"),
    "full": Said("with other work in hand", "手中有其他工作"),
}
KEPT: Final = {
    "helped_last": Said(", who helped this caller last", "（上次接待该来电者）"),
    "named": Said(", whom the number called belongs to", "（所拨号码的专属坐席）"),
}
NOTHING: Final = Said("", "")
RUNG: Final = Said("rung", "振铃")


def sentence(what: str, detail: Detail, name: Name = str) -> Said | None:
    """An event of routing or of a queue in words; None for any other."""
    match what:
        case "routing.Assigned":
            return _assigned(RUNG, detail, name)
        case "routing.WorkAssigned":
            task = detail.get("task", "")
            offered = Said(f"task {task} offered to", f"将任务 {task} 派给")
            return _assigned(offered, detail, name)
        case "queues.ContactQueued" if "only" in detail:
            return _held(detail, name)
        case "queues.RingWidened":
            ring = _read(detail, "ring", 0)
            return Said(
                f"ring {ring}: more people may serve it from now on",
                f"第 {ring} 圈：从此刻起更多坐席可以接待",
            )
        case "queues.PriorityChanged":
            raised = _read(detail, "asked", {}).get("raised", 0)
            return Said(
                f"somebody set its priority {raised:+} over its queue's",
                f"有人将其优先级设为比队列 {raised:+}",
            )
        case _:
            return None


def _read(detail: Detail, name: str, otherwise: Any) -> Any:
    return msgspec.json.decode(detail[name]) if name in detail else otherwise


def _held(detail: Detail, name: Name) -> Said:
    why = KEPT.get(detail.get("kept", ""), NOTHING)
    seconds = _read(detail, "only_us", 0) / SECOND
    alone = _read(detail, "alone", False)
    who = name(detail["only"])
    return Said(
        f"held for {who}{why.en}, {'and nobody else' if alone else 'at first'}, "
        f"for {seconds:.0f} s at most",
        f"为 {who}{why.zh}{'单独' if alone else '优先'}保留，最多 {seconds:.0f} 秒",
    )


def _assigned(how: Said, detail: Detail, name: Name) -> Said:
    waited = _read(detail, "waited_us", 0) / SECOND
    ring = _read(detail, "ring", 0)
    policy, order = detail.get("policy", ""), detail.get("order", "")
    rule = RULES.get(policy.partition("/")[0], NOTHING)
    first = ORDERS.get(order.partition("/")[0], NOTHING)
    who = name(detail.get("agent", ""))
    reached = Said(f"ring {ring}", f"第 {ring} 圈")
    if ring < 0:
        reached = Said("held for one agent", "专为一人保留")
    could, rest = _could(detail, name), _ruled_out(_read(detail, "excluded", {}))
    return Said(
        f"{how.en} {who} after {waited:.1f} s, {reached.en}; "
        f"chosen by {policy}{_in_brackets(rule.en)}, order {order}{_in_brackets(first.en)}; "
        f"{could.en}{rest.en}",
        f"{waited:.1f} 秒后{how.zh} {who}，{reached.zh}；"
        f"选人规则 {policy}{_in_brackets(rule.zh, '（）')}，"
        f"排序 {order}{_in_brackets(first.zh, '（）')}；"
        f"{could.zh}{rest.zh}",
    )


def _in_brackets(text: str, marks: str = "()") -> str:
    space = " " if marks == "()" else ""
    return f"{space}{marks[0]}{text}{marks[1]}" if text else ""


def _could(detail: Detail, name: Name) -> Said:
    shown = _read(detail, "candidates", [])
    idle = [(name(one["agent"]), one["idle_us"] / SECOND) for one in shown]
    more = _read(detail, "eligible", 0) - len(shown)
    en = ", ".join(f"{who} (idle {seconds:.0f} s)" for who, seconds in idle)
    zh = "、".join(f"{who}（空闲 {seconds:.0f} 秒）" for who, seconds in idle)
    return Said(
        f"could have had it: {en}" + (f" and {more} more" if more > 0 else ""),
        f"可接者：{zh}" + (f"，另有 {more} 人" if more > 0 else ""),
    )


def _ruled_out(excluded: Mapping[str, int]) -> Said:
    if not excluded:
        return NOTHING
    words = [(count, RULED_OUT.get(why, Said(why, why))) for why, count in excluded.items()]
    return Said(
        "; not: " + ", ".join(f"{count} {word.en}" for count, word in words),
        "；排除：" + "、".join(f"{count} 人{word.zh}" for count, word in words),
    )


# --- a contact that waits ---


def waiting(one: Waiting, name: Name = str) -> Sequence[Said]:
    """Why nobody has it yet, in sentences: who may serve it, who goes before it, what comes."""
    said = [*_who_may(one, name), *_before(one)]
    if one.more_us is not None:
        seconds = one.more_us / SECOND
        said.append(
            Said(
                f"In {seconds:.0f} s it's open to {one.more} more.",
                f"{seconds:.0f} 秒后将向另外 {one.more} 人开放。",
            )
        )
    if one.position is not None and one.wait_us is not None:
        seconds = one.wait_us / SECOND
        said.append(
            Said(
                f"In its queue's line it's number {one.position}: about {seconds:.0f} s more.",
                f"在其队列中排第 {one.position} 位：预计还需 {seconds:.0f} 秒。",
            )
        )
    return said


def _who_may(one: Waiting, name: Name) -> list[Said]:
    free = one.free
    there = free.ready + free.busy + free.resting + free.away
    if one.only is not None:
        who, seconds = name(one.only), one.only_us / SECOND
        return [
            Said(
                f"It waits for {who} alone, for {seconds:.0f} s more at most.",
                f"只等候 {who}，最多再等 {seconds:.0f} 秒。",
            )
        ]
    if not there:
        return [
            Said(
                f"Nobody who is signed in may serve it; {free.out} who aren't could. "
                "Give somebody the skill for now, or sign somebody in."
                if free.out
                else "Nobody at all may serve it. Give somebody the skill for now.",
                f"已签入者中无人可接待；另有 {free.out} 名未签入者可以。"
                "请临时授予某人技能，或安排签入。"
                if free.out
                else "没有任何人可以接待。请临时授予某人技能。",
            )
        ]
    parts = [
        (free.ready, Said("ready", "就绪")),
        (free.busy, RULED_OUT["busy"]),
        (free.resting, RULED_OUT["resting"]),
        (free.away, RULED_OUT["away"]),
    ]
    shown = [(count, word) for count, word in parts if count]
    en = ", ".join(f"{count} {word.en}" for count, word in shown)
    zh = "、".join(f"{count} 人{word.zh}" for count, word in shown)
    noun = "agent" if there == 1 else "agents"
    return [
        Said(
            f"{there} {noun} who {'is' if there == 1 else 'are'} signed in may serve it: {en}.",
            f"已签入者中有 {there} 人可接待：{zh}。",
        )
    ]


def _before(one: Waiting) -> list[Said]:
    before = one.higher + one.older
    if not before:
        return [Said("Nobody goes before it.", "它排在最前。")]
    if one.by_contract and one.older:
        rest = Said(
            f"{one.older} of its own priority, in the order of what waiting costs by contract",
            f"{one.older} 个优先级相同，按合同中等候的代价排序",
        )
    else:
        rest = Said(f"{one.older} that wait longer", f"{one.older} 个等候更久")
    parts = [
        (one.higher, Said(f"{one.higher} of a higher priority", f"{one.higher} 个优先级更高")),
        (one.older, rest),
    ]
    shown = [word for count, word in parts if count]
    en, zh = ", ".join(word.en for word in shown), "、".join(word.zh for word in shown)
    if one.by_contract and one.older:
        return [Said(f"Up to {before} go before it: {en}.", f"最多有 {before} 个在它之前：{zh}。")]
    verb = "goes" if before == 1 else "go"
    return [Said(f"{before} {verb} before it: {en}.", f"有 {before} 个在它之前：{zh}。")]
