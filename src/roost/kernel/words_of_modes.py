"""The words of what can't be declared about a client's callers."""

from typing import Final

from roost.kernel.wording import Words

MODES: Final[dict[str, Words]] = {
    "no_such_client": Words(
        "There is no client {client}.",
        "Choose one of the centre's clients.",
        "没有客户 {client}。",
        "请选择本中心的客户。",
    ),
    "unknown_list": Words(
        "The client has no list of callers “{list}”.",
        "Choose one of the client's lists, or add it to the definitions.",
        "该客户没有来电者名单“{list}”。",
        "请选择该客户的名单，或将其加入定义。",
    ),
    "unknown_value": Words(
        "No flow of the client ever sets {variable} to “{value}”.",
        "Choose a variable and a value that the client's flows set.",
        "该客户的流程从不把 {variable} 设为“{value}”。",
        "请选择该客户流程所设置的变量和值。",
    ),
    "unknown_announcement": Words(
        "The client has no announcement “{announcement}”.",
        "Choose one of the client's announcements, or add it to the definitions.",
        "该客户没有公告“{announcement}”。",
        "请选择该客户的公告，或将其加入定义。",
    ),
    "mode_without_end": Words(
        "The end isn't later than the beginning, or than now.",
        "Choose a later end.",
        "结束时间不晚于开始时间或当前时间。",
        "请选择更晚的结束时间。",
    ),
    "mode_too_early": Words(
        "It can't have begun more than {minutes} minutes ago.",
        "Let it begin now, or within that time.",
        "开始时间不能早于 {minutes} 分钟前。",
        "请选择现在，或该时间范围内的开始时间。",
    ),
    "mode_too_long": Words(
        "It may last {hours} hours at most, and begin within a week.",
        "Choose an earlier end; it can be extended when the time has come.",
        "最长持续 {hours} 小时，且须在一周内开始。",
        "请选择更早的结束时间；届时可以延长。",
    ),
    "mode_leads_back": Words(
        "Callers can't be sent to {queue} by this.",
        "In an emergency of some queues, name a queue that isn't among them.",
        "不能由此把来电者转到 {queue}。",
        "请在部分队列的紧急模式下，选择其他队列。",
    ),
    "too_many_modes": Words(
        "There are {most} declarations for this client already, which is the most at a time.",
        "End one of them first.",
        "该客户已有 {most} 项声明，达到上限。",
        "请先结束其中一项。",
    ),
    "unknown_mode": Words(
        "{mode} isn't in force, and isn't to come.",
        "It may be over already; look at the present state.",
        "{mode} 未生效，也未预定。",
        "它可能已经结束；请查看当前状态。",
    ),
    "too_late_to_withdraw": Words(
        "A declaration can be withdrawn for {seconds} seconds.",
        "End it instead: it counts until then.",
        "声明只能在 {seconds} 秒内撤回。",
        "请改为结束；在此之前的时间仍然有效。",
    ),
}
