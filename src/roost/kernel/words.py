"""The words of every refusal, in English and Chinese: what can't be done, and the mend.

`{name}` stands for a parameter of the refusal (`Refusal.about`). A test finds a code without
words, and a parameter that no words expect.
"""

from typing import Final

from roost.kernel.messages import Refusal
from roost.kernel.wording import Words
from roost.kernel.words_of_accounts import ACCOUNTS
from roost.kernel.words_of_modes import MODES

REFUSALS: Final[dict[str, Words]] = {
    **ACCOUNTS,
    **MODES,
    # --- calls ---
    "stale": Words(
        "That has been overtaken by what happened since.",
        "Look at the present state; nothing was done.",
        "情况已发生变化，该操作不再适用。",
        "请查看当前状态；未执行任何操作。",
    ),
    "not_waiting": Words(
        "Contact {contact} doesn't wait in a queue any more.",
        "Look at the present state; nothing was done.",
        "联络 {contact} 已不在队列中等候。",
        "请查看当前状态；未执行任何操作。",
    ),
    "priority_out_of_range": Words(
        "A priority is raised or lowered by at most {most}.",
        "Choose a number from -{most} to {most}.",
        "优先级最多提高或降低 {most}。",
        "请选择 -{most} 到 {most} 之间的数。",
    ),
    "known_leg": Words(
        "This call is already here, as contact {contact}.",
        "Nothing needs to be done.",
        "该呼叫已存在，联络编号为 {contact}。",
        "无需任何操作。",
    ),
    "unknown_number": Words(
        "The number {number} isn't one of this centre's.",
        "Add it to a client's numbers, and apply the definitions.",
        "号码 {number} 不属于本中心。",
        "请将其加入某客户的号码，并应用定义。",
    ),
    "too_many_calls": Words(
        "There are {most} calls already, which is the most at a time.",
        "Try again in a moment, or add a cell.",
        "当前已有 {most} 个呼叫，达到上限。",
        "请稍后再试，或增加单元。",
    ),
    # --- talks with several, transfers, calling out, watching ---
    "not_host": Words(
        "Somebody else carries contact {contact}.",
        "Ask the colleague who has the contact, or hang up to leave the talk.",
        "联络 {contact} 由其他坐席主持。",
        "请联系主持该联络的同事，或挂机退出通话。",
    ),
    "consulting": Words(
        "A consultation is going on in contact {contact} already.",
        "Complete the transfer, switch between the two, merge, or let the other party go.",
        "联络 {contact} 中已有咨询正在进行。",
        "请完成转接、切换通话、合并，或结束另一方。",
    ),
    "too_many_parties": Words(
        "There are {most} parties in this contact already, which is the most.",
        "Let somebody go first.",
        "该联络已有 {most} 方，达到上限。",
        "请先让其中一方退出。",
    ),
    "target_not_ready": Words(
        "{target} can't take it now.",
        "Choose somebody who is ready, or a queue.",
        "{target} 当前无法接听。",
        "请选择就绪的同事，或选择队列。",
    ),
    "unknown_target": Words(
        "“{target}” can't be called for this client.",
        "Choose one of the client's colleagues, queues or directory entries.",
        "不能为该客户呼叫“{target}”。",
        "请选择该客户的同事、队列或通讯录条目。",
    ),
    "queue_full": Words(
        "The queue {queue} is full.",
        "Choose another queue, or keep the caller.",
        "队列 {queue} 已满。",
        "请选择其他队列，或继续接待来电者。",
    ),
    "no_other_party": Words(
        "There's no other party in contact {contact} for that.",
        "Wait until somebody has answered, or call somebody first.",
        "联络 {contact} 中没有可执行此操作的另一方。",
        "请等待对方接听，或先呼叫一方。",
    ),
    "other_contact": Words(
        "The call {leg} belongs to another contact.",
        "Join calls of one contact only.",
        "通话 {leg} 属于另一个联络。",
        "只能合并同一联络的通话。",
    ),
    "unknown_party": Words(
        "There's no such party ({leg}) to let go.",
        "It may have left already; look at the present state.",
        "没有可退出的这一方（{leg}）。",
        "对方可能已离开；请查看当前状态。",
    ),
    "digits_wrong": Words(
        "Those keys can't be sent.",
        "Send up to {most} of 0 to 9, *, # and A to D.",
        "无法发送这些按键。",
        "请发送不超过 {most} 个按键：0 至 9、*、# 和 A 至 D。",
    ),
    "not_recorded": Words(
        "Contact {contact} isn't being recorded.",
        "Nothing needs to be paused.",
        "联络 {contact} 未在录音。",
        "无需暂停。",
    ),
    "watching": Words(
        "The talk of agent {agent} is being listened to.",
        "Stop listening first.",
        "正在监听坐席 {agent} 的通话。",
        "请先停止监听。",
    ),
    "not_watching": Words(
        "Agent {agent} isn't listening to anybody.",
        "Choose a talk to listen to first.",
        "坐席 {agent} 没有在监听。",
        "请先选择要监听的通话。",
    ),
    "not_away": Words(
        "Agent {agent} is at work.",
        "Go away first: who listens takes no contacts.",
        "坐席 {agent} 正在工作。",
        "请先设为离席：监听期间不接联络。",
    ),
    "unknown_client": Words(
        "Agent {agent} can't call out for “{client}”.",
        "Choose a client whom the agent serves and who has a number.",
        "坐席 {agent} 不能为“{client}”外呼。",
        "请选择该坐席服务且拥有号码的客户。",
    ),
    "no_media": Words(
        "Nothing is there that could carry the call.",
        "Wait until the media process is back.",
        "目前没有可承载通话的媒体服务。",
        "请等待媒体进程恢复。",
    ),
    # --- queues ---
    "already_waiting": Words(
        "Contact {contact} is waiting already.",
        "Nothing needs to be done.",
        "联络 {contact} 已在排队。",
        "无需任何操作。",
    ),
    # --- agents ---
    "unknown_agent": Words(
        "There is no agent {agent}.",
        "Check the number, or add the agent to the definitions.",
        "没有坐席 {agent}。",
        "请检查工号，或在定义中添加该坐席。",
    ),
    "already_signed_in": Words(
        "Agent {agent} is signed in already.",
        "Go on working, or sign out first.",
        "坐席 {agent} 已经签入。",
        "请继续工作，或先签出。",
    ),
    "not_signed_in": Words(
        "Agent {agent} isn't signed in.",
        "Sign in first.",
        "坐席 {agent} 尚未签入。",
        "请先签入。",
    ),
    "already_ready": Words(
        "Agent {agent} is ready already.",
        "Nothing needs to be done.",
        "坐席 {agent} 已处于就绪状态。",
        "无需任何操作。",
    ),
    "contact_open": Words(
        "Contact {contact} is still with the agent.",
        "Finish the contact first.",
        "联络 {contact} 仍由该坐席处理。",
        "请先结束该联络。",
    ),
    "no_phone": Words(
        "Agent {agent} has no phone that is registered.",
        "Switch the phone on, or check its user and password.",
        "坐席 {agent} 没有已注册的话机。",
        "请开启话机，或检查其用户名和密码。",
    ),
    "unknown_reason": Words(
        "“{reason}” isn't one of the centre's reasons to be away.",
        "Choose one of them, or add it to centre.yaml.",
        "“{reason}”不是本中心的离席原因。",
        "请选择已有的原因，或将其加入 centre.yaml。",
    ),
    "no_offer": Words(
        "No contact is ringing for agent {agent}.",
        "It may have been taken, or the caller has left.",
        "没有联络正在为坐席 {agent} 振铃。",
        "联络可能已被接听，或来电者已离开。",
    ),
    "no_contact": Words(
        "Agent {agent} isn't talking to anybody.",
        "Wait for the next contact.",
        "坐席 {agent} 当前没有通话。",
        "请等待下一个联络。",
    ),
    "already_so": Words(
        "It is so already, for agent {agent}.",
        "Nothing needs to be done.",
        "坐席 {agent} 已处于该状态。",
        "无需任何操作。",
    ),
    "nothing_to_wrap_up": Words(
        "Agent {agent} has no contact to write up.",
        "It may have been closed when its time was over.",
        "坐席 {agent} 没有需要整理的联络。",
        "可能已因整理时限到期而关闭。",
    ),
    "unknown_code": Words(
        "“{code}” isn't one of the client's wrap-up codes.",
        "Choose one of the codes that are offered.",
        "“{code}”不是该客户的整理代码。",
        "请从提供的代码中选择。",
    ),
    "code_missing": Words(
        "Contact {contact} needs a wrap-up code first.",
        "Choose a code, then go ready.",
        "联络 {contact} 需要先选择整理代码。",
        "请先选择代码，再就绪。",
    ),
    "unknown_team": Words(
        "There is no team {team}.",
        "Choose one of the teams that agents are in.",
        "没有团队 {team}。",
        "请选择已有坐席的团队。",
    ),
    "too_many_messages": Words(
        "More than {most} messages within a minute.",
        "Wait a moment, or say it in one message.",
        "一分钟内的消息超过 {most} 条。",
        "请稍候，或合并为一条消息。",
    ),
    "already_extended": Words(
        "The time to write up contact {contact} has been extended already.",
        "Finish it now; without a code it stays to be completed.",
        "联络 {contact} 的整理时间已经延长过。",
        "请现在完成；未选代码的联络会保留，可稍后补全。",
    ),
    "nothing_to_complete": Words(
        "Agent {agent} has no such contact to complete.",
        "It may have been completed already, or its shift is over.",
        "坐席 {agent} 没有该待补全的联络。",
        "可能已经补全，或班次已结束。",
    ),
    # --- tasks ---
    "unknown_queue": Words(
        "There is no queue {queue}.",
        "Choose one of the client's queues.",
        "没有队列 {queue}。",
        "请选择该客户的队列。",
    ),
    "unknown_skill": Words(
        "Nobody asks for the skill {skill}.",
        "Choose a skill that a queue or a flow asks for.",
        "没有队列或流程需要技能 {skill}。",
        "请选择队列或流程所需的技能。",
    ),
    "level_out_of_range": Words(
        "A skill's level lies between 1 and {most}.",
        "Choose a level from 1 to {most}.",
        "技能等级须在 1 到 {most} 之间。",
        "请选择 1 到 {most} 之间的等级。",
    ),
    "too_many_moves": Words(
        "Agent {agent} has been moved {most} times already, which is the most at a time.",
        "Put one of those moves back first.",
        "坐席 {agent} 已有 {most} 项临时调动，达到上限。",
        "请先撤回其中一项调动。",
    ),
    "too_many_at_once": Words(
        "At most {most} agents are moved at once.",
        "Choose fewer, and move the others afterwards.",
        "一次最多调动 {most} 名坐席。",
        "请减少人数，其余的随后再调动。",
    ),
    "serves_nobody": Words(
        "Agent {agent} would answer for nobody.",
        "Leave them a skill that a queue asks for, or send them on a break.",
        "坐席 {agent} 将无法接听任何队列。",
        "请为其保留某个队列所需的技能，或安排其休息。",
    ),
    "not_moved": Words(
        "That move is over already.",
        "Look at the present state; nothing was done.",
        "该调动已经结束。",
        "请查看当前状态；未执行任何操作。",
    ),
    "until_wrong": Words(
        "A move's end lies within the next {hours} hours.",
        "Choose a time until then; what should last longer belongs into the definitions.",
        "临时调动须在 {hours} 小时之内结束。",
        "请选择更早的时间；需要更长期的变动请修改定义。",
    ),
    "time_wrong": Words(
        "That time is over, or too far ahead.",
        "Choose a time within the next ninety days.",
        "该时间已过，或过于遥远。",
        "请选择九十天以内的时间。",
    ),
    "too_many_tasks": Words(
        "There are {most} tasks already, which is the most.",
        "Finish or close some of them first.",
        "已有 {most} 个任务，达到上限。",
        "请先完成或关闭部分任务。",
    ),
    "unknown_task": Words(
        "Task {task} isn't there any more.",
        "It may have been done; look at the list.",
        "任务 {task} 已不存在。",
        "可能已经完成；请查看列表。",
    ),
    "task_taken": Words(
        "Task {task} is with agent {agent}.",
        "Take another one, or have it given back.",
        "任务 {task} 正由坐席 {agent} 处理。",
        "请选择其他任务，或请对方退回。",
    ),
    "task_of_another": Words(
        "Agent {agent} has promised task {task} personally.",
        "It's anybody's when it's due and that agent isn't there.",
        "任务 {task} 由坐席 {agent} 本人承诺。",
        "到期且该坐席不在时，其他人才能接手。",
    ),
    "not_served": Words(
        "Agent {agent} hasn't the skills for this task.",
        "Leave it to somebody who serves its queue.",
        "坐席 {agent} 不具备该任务所需的技能。",
        "请交给服务该队列的坐席。",
    ),
    "too_many_taken": Words(
        "There are {most} tasks with this agent already.",
        "Finish one, or give one back.",
        "该坐席已持有 {most} 个任务。",
        "请先完成或退回一个任务。",
    ),
    "no_room": Words(
        "This agent has {most} of these tasks in hand, or offered: as many as there's room for.",
        "Finish one, or give one back.",
        "该坐席手中或待确认的此类任务已达 {most} 个上限。",
        "请先完成或退回一个任务。",
    ),
    "not_offered": Words(
        "Task {task} isn't offered to this agent.",
        "Look at the present state; nothing was changed.",
        "任务 {task} 并未派给该坐席。",
        "请查看当前状态；未作任何更改。",
    ),
    "not_taken": Words(
        "Task {task} isn't with this agent.",
        "Take it first.",
        "任务 {task} 不在该坐席手中。",
        "请先接手该任务。",
    ),
    "unknown_outcome": Words(
        "“{outcome}” isn't an outcome that an agent can give.",
        "Choose one of the outcomes that are offered.",
        "“{outcome}”不是坐席可选的结果。",
        "请从提供的结果中选择。",
    ),
    "tries_used": Words(
        "This task has been tried {most} times, which is the most.",
        "Finish it without another try.",
        "该任务已尝试 {most} 次，达到上限。",
        "请直接结束，不再安排重试。",
    ),
    "short_abandon": Words(
        "The caller gave up at once.",
        "Nobody needs to be called back.",
        "来电者随即挂断。",
        "无需回拨。",
    ),
    # --- definitions, and the step ---
    "already_configured": Words(
        "These definitions are in force already ({version}).",
        "Nothing needs to be done.",
        "这些定义已经生效（{version}）。",
        "无需任何操作。",
    ),
    "unknown_command": Words(
        "Nothing here knows the command {command}.",
        "Check that every process runs the same version.",
        "无法识别命令 {command}。",
        "请确认所有进程运行同一版本。",
    ),
    "fault": Words(
        "Something of ours failed while deciding {command}; it was kept as an incident.",
        "Try once more; tell the operator's engineer if it stays.",
        "处理 {command} 时我方发生错误；已记录为事件。",
        "请再试一次；如仍出现，请告知运维工程师。",
    ),
    # --- accounts and tokens ---
    "not_found": Words(
        "There is nothing of that name here for you.",
        "Check the name.",
        "这里没有您可以使用的该名称。",
        "请检查名称。",
    ),
    "name_taken": Words(
        "The name {name} is taken.",
        "Choose another name.",
        "名称 {name} 已被使用。",
        "请另选名称。",
    ),
    "too_many_codes": Words(
        "Too many televisions are waiting for their code to be typed.",
        "Type the codes that are shown, or wait ten minutes.",
        "等待配对的电视过多。",
        "请先输入已显示的配对码，或等待十分钟。",
    ),
    "no_such_code": Words(
        "No television shows this code.",
        "Read it again from the screen; after ten minutes it shows a new one.",
        "没有电视显示此配对码。",
        "请重新核对屏幕上的配对码；十分钟后会显示新码。",
    ),
    "too_many_wallboards": Words(
        "There are {most} wallboards already.",
        "Revoke one that isn't used any more.",
        "已有 {most} 块大屏。",
        "请撤销不再使用的大屏。",
    ),
    "teams_not_for_role": Words(
        "Only a supervisor is bound to teams, not the role {role}.",
        "Leave the teams out, or choose the role supervisor.",
        "只有主管可以限定班组，角色 {role} 不可以。",
        "请去掉班组，或选择主管角色。",
    ),
    "password_weak": Words(
        "The password is too easy to guess, too long, or shorter than {least} characters.",
        "Take several words that have nothing to do with the name.",
        "密码过于简单、过长，或少于 {least} 个字符。",
        "请使用几个与用户名无关的词语。",
    ),
    "role_not_for_owner": Words(
        "The role {role} doesn't go with this owner.",
        "Client managers belong to a client, everybody else to the operator.",
        "角色 {role} 与该所有者不符。",
        "客户经理属于客户，其他人员属于运营方。",
    ),
    "too_many_tokens": Words(
        "There are {most} tokens in force, which is the most.",
        "Revoke one that isn't needed.",
        "已有 {most} 个有效令牌，达到上限。",
        "请撤销一个不再需要的令牌。",
    ),
    # --- simulations ---
    "simulation_running": Words(
        "A simulation is being played; there's one at a time.",
        "Wait until it's done, or cancel it.",
        "已有一个模拟正在运行；一次只能运行一个。",
        "请等待其完成，或先取消它。",
    ),
    "unknown_scenario": Words(
        "There is no scenario {scenario}.",
        "Choose one of those that stand in the folder scenarios/ of the definitions.",
        "没有名为 {scenario} 的场景。",
        "请选择定义目录 scenarios/ 中已有的场景。",
    ),
    "nothing_to_play": Words(
        "Nothing to play was named.",
        "Name either a scenario or a period of the log.",
        "未指定要模拟的内容。",
        "请指定一个场景，或日志中的一段时间（二选一）。",
    ),
}


def words(refusal: Refusal, language: str = "en") -> tuple[str, str]:
    """What can't be done, and the mend; `language` is "en" or "zh". A parameter that's missing
    shows as its name: words never fail."""
    of = REFUSALS[refusal.code]
    said, mend = (of.zh, of.mend_zh) if language == "zh" else (of.en, of.mend_en)
    about = _Gaps(refusal.about)
    return said.format_map(about), mend.format_map(about)


class _Gaps(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key
