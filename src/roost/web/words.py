"""The words of what `web` itself refuses, in English and Chinese: what happened, and the mend.

The rooms' refusals have theirs in `kernel/words.py`. `{name}` stands for a parameter.
"""

from typing import Final, Literal

from roost.kernel.words import Words

Language = Literal["en", "zh"]


WORDS: Final[dict[str, Words]] = {
    "not_found": Words(
        "There is nothing here for you.",
        "Check the address; if it should be yours, ask your operator.",
        "这里没有您可以查看的内容。",
        "请检查地址；如果它应当属于您，请联系运营方。",
    ),
    "no_value": Words(
        "There is no {what} to correct.",
        "It was erased, or never there; of a contact that goes on, wait until it has ended.",
        "没有可更正的{what}。",
        "该内容已被删除或从未存在；如联络仍在进行，请等待其结束。",
    ),
    "too_many_contacts": Words(
        "So many contacts belong to no one person.",
        "It's the number of a firm's switchboard, say: go by single contacts.",
        "该号码的联络过多，不可能属于一个人。",
        "这可能是单位总机号码：请逐条处理联络。",
    ),
    "dry_run_running": Words(
        "A dry run is under way; there's one at a time.",
        "Ask again in a moment.",
        "已有一次试运行正在进行；一次只能进行一次。",
        "请稍后再试。",
    ),
    "dry_run_failed": Words(
        "What would change can't be said: {why}.",
        "Ask again; if it stays so, run roost apply --dry-run at the centre's machine.",
        "无法得知会有哪些变化：{why}。",
        "请重试；如仍失败，请在中心的机器上运行 roost apply --dry-run。",
    ),
    "method_not_allowed": Words(
        "This address doesn't take that method.",
        "Look up the address in openapi.json.",
        "此地址不支持该方法。",
        "请在 openapi.json 中查阅此地址。",
    ),
    "invalid_input": Words(
        "What was sent doesn't fit: {detail}",
        "Mend the named field and send it again; nothing was done.",
        "发送的内容不符合要求：{detail}",
        "请修正所指字段后重新发送；未执行任何操作。",
    ),
    "unsupported_media_type": Words(
        "The body must be JSON.",
        "Send it with Content-Type: application/json.",
        "请求内容必须是 JSON。",
        "请以 Content-Type: application/json 发送。",
    ),
    "too_large": Words(
        "The body is larger than {most} bytes.",
        "Send less.",
        "请求内容超过 {most} 字节。",
        "请减少发送的内容。",
    ),
    "not_logged_in": Words(
        "You aren't logged in, or the session is over.",
        "Log in again, or send a token that is in force.",
        "您尚未登录，或会话已结束。",
        "请重新登录，或使用有效的令牌。",
    ),
    "not_permitted": Words(
        "You may not do this.",
        "Ask your operator for the permission.",
        "您没有此项权限。",
        "请向运营方申请权限。",
    ),
    "foreign_origin": Words(
        "This request came from another site's page.",
        "Send it from Roost's own pages, or with the header Roost-Request: 1 from a program.",
        "此请求来自其他网站的页面。",
        "请从 Roost 的页面发送；程序请加上请求头 Roost-Request: 1。",
    ),
    "login_failed": Words(
        "Name and password don't fit together.",
        "Check both; a client's people write client/name.",
        "用户名与密码不匹配。",
        "请检查两者；客户公司的人员请使用“客户/用户名”。",
    ),
    "too_many_failures": Words(
        "Too many failed logins.",
        "Wait {seconds} seconds, then try again.",
        "登录失败次数过多。",
        "请等待 {seconds} 秒后重试。",
    ),
    "too_busy": Words(
        "The centre has too much to do at this moment.",
        "Try again in {seconds} seconds.",
        "中心目前过于繁忙。",
        "请在 {seconds} 秒后重试。",
    ),
    "unavailable": Words(
        "The centre can't decide at this moment.",
        "Try again in a few seconds with the same Idempotency-Key: it won't be done twice.",
        "中心目前无法处理请求。",
        "请在几秒后使用相同的 Idempotency-Key 重试：不会重复执行。",
    ),
    "key_reused": Words(
        "This Idempotency-Key was used for another request.",
        "Take a new key for each new request.",
        "此 Idempotency-Key 已用于另一请求。",
        "每个新请求请使用新的键。",
    ),
    "no_agent": Words(
        "This account is nobody on the floor.",
        "Ask your operator to give the account an agent's number.",
        "此账户没有对应的坐席。",
        "请运营方为该账户指定坐席号。",
    ),
    "phone_elsewhere": Words(
        "Another tab or machine has your phone.",
        "Take the phone over here, or go on there.",
        "您的话机正在另一个标签页或另一台电脑上使用。",
        "请在此处接管话机，或在原处继续工作。",
    ),
    "phone_unavailable": Words(
        "The phone in the browser can't be connected just now.",
        "It's tried again by itself; a desk phone works meanwhile.",
        "浏览器话机暂时无法连接。",
        "系统会自动重试；在此期间可使用桌面话机。",
    ),
    "bad_offer": Words(
        "This browser's audio doesn't fit: G.711 over DTLS-SRTP is needed.",
        "Use a present Chromium, Firefox or Safari, or a desk phone.",
        "此浏览器的音频不符合要求：需要基于 DTLS-SRTP 的 G.711。",
        "请使用较新的 Chromium、Firefox 或 Safari，或使用桌面话机。",
    ),
    "no_room": Words(
        "There are too many phones in browsers already.",
        "Try again in a moment, or use a desk phone.",
        "浏览器话机数量已达上限。",
        "请稍后再试，或使用桌面话机。",
    ),
    "number_wrong": Words(
        "That isn't a number that can be dialled.",
        "Write digits, with + before the country's code if it's abroad.",
        "这不是可以拨打的号码。",
        "请输入数字；国际号码请在国家代码前加 +。",
    ),
    "number_not_allowed": Words(
        "This number may not be called for {client}.",
        "Choose an entry of the client's directory, or ask for the number to be allowed.",
        "不允许为 {client} 拨打此号码。",
        "请选择该客户通讯录中的条目，或申请开放此号码。",
    ),
    "bad_cursor": Words(
        "This cursor isn't one of yours.",
        "Begin again without a cursor.",
        "此游标不属于您。",
        "请不带游标重新开始。",
    ),
    "unknown_client": Words(
        "There is no client {client}.",
        "Check the name, or put the client into the definitions first.",
        "没有客户 {client}。",
        "请检查名称，或先在定义中添加该客户。",
    ),
    "not_noted": Words(
        "It can't be noted who asks at this moment, and so it isn't done.",
        "Try again in a few seconds; if it stays, tell your operator: the disk may be full.",
        "目前无法记录操作者，因此未执行。",
        "请几秒后重试；如仍出现，请告知运营方：磁盘可能已满。",
    ),
    "no_number": Words(
        "This contact has no number that can be shown.",
        "It may have been withheld, or erased.",
        "此联络没有可显示的号码。",
        "号码可能被隐藏，或已被删除。",
    ),
    "already_paired": Words(
        "This television is paired already, as {name}.",
        "To pair it anew, revoke it first.",
        "此电视已配对为“{name}”。",
        "如需重新配对，请先撤销。",
    ),
    "unknown_team": Words(
        "There is no team {team}.",
        "Check the name, or put somebody into the team in the definitions first.",
        "没有班组 {team}。",
        "请检查名称，或先在定义中为该班组安排人员。",
    ),
    "number_missing": Words(
        "This contact has no number that could be called.",
        "Ask the customer for one, and name it.",
        "该联络没有可回拨的号码。",
        "请向客户询问号码并填写。",
    ),
    "no_recording": Words(
        "This contact has no recording that can be played.",
        "It may not have been recorded, or its time is over.",
        "此联络没有可播放的录音。",
        "可能未录音，或已超过保存期限。",
    ),
    "empty_span": Words(
        "The report's end isn't later than its beginning.",
        "Give `to` a later time than `from`; it isn't included itself.",
        "报表的结束时间不晚于开始时间。",
        "请使 `to` 晚于 `from`；`to` 本身不包含在内。",
    ),
    "span_too_long": Words(
        "That would be more than {most} intervals.",
        "Ask for less time, or for longer intervals.",
        "时段数量将超过 {most} 个。",
        "请缩短时间范围，或选择更长的时段。",
    ),
    "file_too_large": Words(
        "That would be more than {most} rows, which is the most of an xlsx file.",
        "Take CSV, less time, or longer intervals.",
        "行数将超过 xlsx 文件的上限 {most} 行。",
        "请选择 CSV、缩短时间范围，或选择更长的时段。",
    ),
    "unknown_zone": Words(
        "There is no time zone {zone}.",
        "Give an IANA name, as Asia/Shanghai.",
        "没有时区 {zone}。",
        "请使用 IANA 名称，例如 Asia/Shanghai。",
    ),
    "unknown_measure": Words(
        "There is no measure {measure} that opens to contacts.",
        "Choose one of GET /api/measures that opens, and say from when to when.",
        "没有可以展开为联络的指标 {measure}。",
        "请从 GET /api/measures 中选择可展开的指标，并给出起止时间。",
    ),
    "client_missing": Words(
        "A caller is looked for within one client: people belong to one.",
        "Name the client as well.",
        "来电者只能在某一客户范围内查找。",
        "请同时指定客户。",
    ),
    "bad_range": Words(
        "This part of the recording doesn't exist.",
        "Ask for a part within its {size} bytes.",
        "录音中不存在所请求的部分。",
        "请请求 {size} 字节以内的部分。",
    ),
    "no_result": Words(
        "This simulation has no result.",
        "Look at its state: it's being played, or it ended without one.",
        "该模拟没有结果。",
        "请查看其状态：它仍在运行，或未得出结果即已结束。",
    ),
    "too_many_feeds": Words(
        "Too many feeds are open.",
        "Close those that aren't looked at.",
        "打开的实时连接过多。",
        "请关闭不再使用的连接。",
    ),
    "refused": Words(
        "This can't be done as things stand.",
        "Look at the present state and try again.",
        "当前状态下无法执行。",
        "请查看当前状态后重试。",
    ),
    "fault": Words(
        "Something of ours failed. It has been noted.",
        "Try again; if it stays, tell your operator the time.",
        "系统内部出错，已记录。",
        "请重试；如仍出现，请将时间告知运营方。",
    ),
}
