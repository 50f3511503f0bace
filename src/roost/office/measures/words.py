"""Every measure's name and what it says in one sentence, in English and Chinese. A test finds a
measure without words, and words without a measure."""

from typing import Final

from msgspec import Struct


class Words(Struct, frozen=True, gc=False):
    name_en: str
    says_en: str
    name_zh: str
    says_zh: str


WORDS: Final[dict[str, Words]] = {
    "contacts": Words(
        "Contacts", "Contacts that arrived, whether they came into a queue or not.",
        "联络数", "到达的联络，无论是否进入队列。",
    ),
    "messages": Words(
        "Voicemails", "Contacts that left a message.",
        "语音留言", "留下语音留言的联络。",
    ),
    "turned_away": Words(
        "Turned away", "Contacts that found a queue full.",
        "队列已满", "因队列已满而未能进入的联络。",
    ),
    "offered": Words(
        "Offered", "Contacts that entered the queue.",
        "进入队列", "进入队列的联络。",
    ),
    "answered": Words(
        "Answered", "Offered contacts that an agent answered.",
        "已接听", "进入队列后由坐席接听的联络。",
    ),
    "abandoned": Words(
        "Abandoned", "Offered contacts that gave up waiting, short ones included.",
        "放弃", "等待中放弃的联络，包括短时放弃。",
    ),
    "short_abandoned": Words(
        "Abandoned at once", "Abandoned contacts that waited less than the queue's threshold.",
        "短时放弃", "等待时间短于队列阈值即放弃的联络。",
    ),
    "overflowed": Words(
        "Overflowed", "Offered contacts that reached the queue's limit and went on in the flow.",
        "溢出", "达到队列等待上限后转入后续流程的联络。",
    ),
    "called_back": Words(
        "To be called back", "Offered contacts that chose to be called back.",
        "转回呼", "选择由我方回呼的联络。",
    ),
    "callbacks": Words(
        "Promised callbacks",
        "Callers who chose to be called in turn, by when they began to wait; tries count once.",
        "承诺回呼", "选择按顺序回呼的来电者，按其开始等待的时间计；多次尝试计一次。",
    ),
    "callbacks_reached": Words(
        "Callbacks reached", "Promised callbacks whose customer was reached.",
        "回呼成功", "已接通客户的承诺回呼。",
    ),
    "callbacks_missed": Words(
        "Callbacks missed", "Promised callbacks given up, after all tries or when time was over.",
        "回呼失败", "多次尝试或超时后放弃的承诺回呼。",
    ),
    "callback_wait": Words(
        "Wait until called back",
        "Mean time from the beginning of the wait until the customer was reached.",
        "回呼等待", "从开始等待到回呼接通客户的平均时间。",
    ),
    "to_voicemail": Words(
        "To voicemail", "Offered contacts that went on to leave a message.",
        "转留言", "离开队列转去留言的联络。",
    ),
    "ended_by_us": Words(
        "Ended by us", "Offered contacts whose waiting ended by our doing.",
        "我方结束", "因我方原因结束等待的联络。",
    ),
    "waiting": Words(
        "Still waiting", "Offered contacts that wait still.",
        "仍在等待", "仍在等待的联络。",
    ),
    "service_level": Words(
        "Service level",
        "Answered within the target, of those answered or abandoned; short abandons left out.",
        "服务水平", "目标时间内接听数占接听与放弃之和的比例，不计短时放弃。",
    ),
    "service_level_answered": Words(
        "Service level of answered", "Answered within the target, of those answered.",
        "接听服务水平", "目标时间内接听数占接听数的比例。",
    ),
    "service_level_all": Words(
        "Service level, all abandons",
        "Answered within the target, of those answered or abandoned, short abandons included.",
        "服务水平（计全部放弃）", "目标时间内接听数占接听与放弃之和的比例，包括短时放弃。",
    ),
    "service_level_late": Words(
        "Service level, late abandons",
        "Answered within the target, of those answered or abandoned after the target.",
        "服务水平（计超时放弃）", "目标时间内接听数占接听与超过目标时间后放弃之和的比例。",
    ),
    "service_level_left": Words(
        "Out of the queue in time",
        "Answered or abandoned within the target, of those answered or abandoned.",
        "按时离队率", "目标时间内接听或放弃数占接听与放弃之和的比例。",
    ),
    "abandonment": Words(
        "Abandonment rate", "Abandoned, of those offered; short abandons left out of both.",
        "放弃率", "放弃数占进入队列数的比例，两者均不计短时放弃。",
    ),
    "asa": Words(
        "Average speed of answer", "Mean wait of answered contacts, from their entry.",
        "平均接听速度", "已接听联络自进入队列起的平均等待时间。",
    ),
    "abandoned_wait": Words(
        "Average wait of abandoned", "Mean wait of abandoned contacts.",
        "放弃前平均等待", "放弃的联络的平均等待时间。",
    ),
    "longest_wait": Words(
        "Longest wait", "The longest wait that is over, however it ended.",
        "最长等待", "已结束的等待中最长的一次，无论结果如何。",
    ),
    "told": Words(
        "Told their wait",
        "Answered contacts that were told how long they'd wait, by what they were told first.",
        "已告知等待", "曾被告知预计等待时间且已接听的联络，以首次告知为准。",
    ),
    "told_error": Words(
        "Told wait's error",
        "How far the wait that they were told was from the one that was, on the mean, either way.",
        "告知等待误差", "所告知的等待与实际等待之差的平均值（不分长短）。",
    ),
    "told_kept": Words(
        "Told wait kept",
        "Answered within the wait that they were told, of those answered and who gave up later.",
        "告知等待兑现率", "在所告知的等待内接听的比例，分母为已接听者与超过所告知等待后放弃者。",
    ),
    "rings": Words(
        "Rings", "Times that an agent's phone rang for a contact.",
        "振铃次数", "坐席话机为联络振铃的次数。",
    ),
    "missed_rings": Words(
        "Missed rings", "Rings that weren't taken though the caller was there.",
        "未接振铃", "来电者仍在而未被接听的振铃。",
    ),
    "no_answers": Words(
        "Not answered", "Missed rings where nobody answered.",
        "无人应答", "无人应答的未接振铃。",
    ),
    "declined": Words(
        "Declined", "Missed rings that were declined.",
        "拒接", "被拒接的未接振铃。",
    ),
    "unreachable": Words(
        "Unreachable", "Missed rings where the phone wasn't reached.",
        "无法接通", "话机无法接通的未接振铃。",
    ),
    "average_ring": Words(
        "Average ring", "Mean time that a phone rang before it was taken.",
        "平均振铃时长", "被接听前的平均振铃时间。",
    ),
    "handled": Words(
        "Handled", "Segments finished, answered or transferred; one for each agent's part.",
        "已处理", "完成的处理段（接听或转接），每位坐席的部分计一段。",
    ),
    "aht": Words(
        "Average handle time", "Talk, hold and wrap-up of finished segments, for each segment.",
        "平均处理时长", "每个完成处理段的通话、保持与话后整理时间。",
    ),
    "average_talk": Words(
        "Average talk", "Talk of finished segments, without hold, for each segment.",
        "平均通话时长", "每个完成处理段的通话时间，不含保持。",
    ),
    "average_hold": Words(
        "Average hold", "Hold of finished segments, for each segment.",
        "平均保持时长", "每个完成处理段的保持时间。",
    ),
    "average_wrap_up": Words(
        "Average wrap-up", "Wrap-up of finished segments, for each segment.",
        "平均整理时长", "每个完成处理段的话后整理时间。",
    ),
    "held": Words(
        "Segments with hold", "Segments in which the customer was on hold.",
        "含保持的处理段", "客户曾被保持的处理段。",
    ),
    "holds": Words(
        "Holds", "Times that a customer was put on hold.",
        "保持次数", "客户被保持的次数。",
    ),
    "transfers": Words(
        "Transfers", "Segments that ended by a transfer that came about.",
        "转接", "以成功转接结束的处理段。",
    ),
    "blind_transfers": Words(
        "Blind transfers", "Transfers without a consultation before.",
        "直接转接", "未经咨询的转接。",
    ),
    "consult_transfers": Words(
        "Consulted transfers", "Transfers after a consultation.",
        "咨询后转接", "经咨询后的转接。",
    ),
    "transfer_rate": Words(
        "Transfer rate", "Segments that ended by a transfer, of those handled.",
        "转接率", "以转接结束的处理段占已处理段的比例。",
    ),
    "consults": Words(
        "Consultations", "Times that a colleague was asked, and didn't take the contact over.",
        "咨询", "向同事咨询而未移交联络的次数。",
    ),
    "calls_made": Words(
        "Calls made", "Segments of calls that agents made themselves.",
        "外呼", "坐席主动呼出的处理段。",
    ),
    "signed_in_time": Words(
        "Signed in", "Time signed in.", "签入时长", "处于签入状态的时间。",
    ),
    "ready_time": Words(
        "Ready", "Time ready for a contact.", "就绪时长", "等待联络的就绪时间。",
    ),
    "away_time": Words(
        "Away", "Time away, for whatever reason.", "离席时长", "各种原因离席的时间。",
    ),
    "ringing_time": Words(
        "Ringing", "Time with a ringing phone.", "振铃时长", "话机振铃的时间。",
    ),
    "talking_time": Words(
        "Talking", "Time in talks, without hold.", "通话时长", "通话时间，不含保持。",
    ),
    "holding_time": Words(
        "On hold", "Time with a customer on hold.", "保持时长", "客户处于保持的时间。",
    ),
    "wrap_up_time": Words(
        "Wrapping up", "Time writing contacts up.", "整理时长", "话后整理的时间。",
    ),
    "working_time": Words(
        "On tasks", "Time at work on tasks that were offered, without the calls meanwhile.",
        "任务时长", "处理派发任务的时间，不含期间的通话。",
    ),
    "occupancy": Words(
        "Occupancy", "Ringing, talk, hold and wrap-up, of those and ready time.",
        "占用率", "振铃、通话、保持与整理时间占其与就绪时间之和的比例。",
    ),
    "utilisation": Words(
        "Utilisation", "Ringing, talk, hold and wrap-up, of the time signed in.",
        "利用率", "振铃、通话、保持与整理时间占签入时间的比例。",
    ),
}  # fmt: skip


def name(id: str, language: str = "en") -> str:
    """A measure's name; `language` is "en" or "zh"."""
    words = WORDS[id]
    return words.name_zh if language == "zh" else words.name_en


def says(id: str, language: str = "en") -> str:
    """What it says, in one sentence."""
    words = WORDS[id]
    return words.says_zh if language == "zh" else words.says_en
