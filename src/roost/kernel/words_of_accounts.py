"""The words of what can't be done with a client's month: statement, dispute, invoice, credit."""

from typing import Final

from roost.kernel.wording import Words

ACCOUNTS: Final[dict[str, Words]] = {
    "month_not_over": Words(
        "{period} isn't over yet in the contract's zone.",
        "Freeze the statement once the month has ended; until then there's the draft.",
        "按合同时区，{period} 尚未结束。",
        "请在该月结束后再出具对账单；在此之前可查看草稿。",
    ),
    "no_seller": Words(
        "The contract of {client} names no seller, so there's neither tax nor a number.",
        "Name the seller in the contract, and apply the definitions.",
        "{client} 的合同未指定销售方，因此无法计税和编号。",
        "请在合同中指定销售方，并应用定义。",
    ),
    "statement_unchanged": Words(
        "The statement {statement} is the same as before.",
        "Nothing needs to be done.",
        "对账单 {statement} 与之前相同。",
        "无需任何操作。",
    ),
    "nothing_to_correct": Words(
        "Nothing differs from what was issued.",
        "Nothing needs to be done.",
        "与已开具的内容没有差异。",
        "无需任何操作。",
    ),
    "unknown_statement": Words(
        "There is no statement {statement}.",
        "Freeze the month first, or choose one of the statements.",
        "没有对账单 {statement}。",
        "请先出具该月对账单，或选择已有的对账单。",
    ),
    "not_your_statement": Words(
        "Only the client's own people can do this.",
        "Ask the client to do it in the portal.",
        "只有客户方人员可以执行此操作。",
        "请让客户在门户中操作。",
    ),
    "statement_moved_on": Words(
        "The statement was frozen again meanwhile: it's revision {revision} now.",
        "Look at it again, then decide.",
        "对账单已重新出具：当前为第 {revision} 版。",
        "请重新查看后再决定。",
    ),
    "silence_confirms_nothing": Words(
        "The statement {statement} isn't confirmed by silence, or not yet.",
        "Wait for the client's answer, or for the last day to dispute it.",
        "对账单 {statement} 不适用默认确认，或期限未到。",
        "请等待客户答复，或等待异议期满。",
    ),
    "confirmed_already": Words(
        "The statement {statement} is confirmed already.",
        "Ask finance to freeze it again, or dispute the invoice once it's issued.",
        "对账单 {statement} 已确认。",
        "请联系财务重新出具，或在开票后对发票提出异议。",
    ),
    "disputes_open": Words(
        "The statement {statement} has disputes that nobody has answered.",
        "Settle them, or split them off, first.",
        "对账单 {statement} 有尚未答复的异议。",
        "请先处理这些异议，或将其拆分。",
    ),
    "freeze_again": Words(
        "What was settled or added since isn't in the statement {statement}.",
        "Freeze it again first.",
        "对账单 {statement} 未包含此后处理或新增的内容。",
        "请先重新出具对账单。",
    ),
    "too_late_to_dispute": Words(
        "The last day to dispute the statement {statement} is over.",
        "Dispute the invoice once it's issued.",
        "对账单 {statement} 的异议期已过。",
        "请在开票后对发票提出异议。",
    ),
    "dispute_what": Words(
        "The dispute names neither a line nor a contact.",
        "Name at least one line or contact.",
        "异议未指明任何明细行或联络。",
        "请至少指明一行或一个联络。",
    ),
    "unknown_line": Words(
        "The statement has no line {line}.",
        "Choose one of its lines: {lines}.",
        "对账单没有明细行 {line}。",
        "请选择已有的明细行：{lines}。",
    ),
    "too_much_disputed": Words(
        "A statement has at most {most} disputes at a time, each of at most {contacts} contacts.",
        "Dispute the whole line instead, or wait for the answers.",
        "一份对账单最多同时有 {most} 项异议，每项最多 {contacts} 个联络。",
        "请改为对整行提出异议，或等待答复。",
    ),
    "disputed_already": Words(
        "Some of it is disputed, or out of the statement, already.",
        "Leave out what stands in another dispute.",
        "其中部分内容已在异议中，或已从对账单中剔除。",
        "请去掉已在其他异议中的内容。",
    ),
    "unknown_dispute": Words(
        "There is no open dispute {dispute}.",
        "It may be settled already; look at the statement.",
        "没有待处理的异议 {dispute}。",
        "它可能已处理；请查看对账单。",
    ),
    "nothing_to_split": Words(
        "{dispute} is about an issued invoice: there's nothing to split it off from.",
        "Accept it, which makes a credit note, or reject it.",
        "{dispute} 针对已开具的发票，无法拆分。",
        "请接受（将生成贷项通知单）或驳回。",
    ),
    "split_already": Words(
        "{dispute} is split off already.",
        "Accept or reject it.",
        "{dispute} 已拆分。",
        "请接受或驳回。",
    ),
    "reject_in_words": Words(
        "A dispute is rejected in words.",
        "Say why.",
        "驳回异议须说明理由。",
        "请填写理由。",
    ),
    "lines_changed": Words(
        "The lines that {dispute} is about have changed.",
        "Look at the statement again, then decide.",
        "{dispute} 所涉及的明细行已变化。",
        "请重新查看对账单后再决定。",
    ),
    "not_confirmed": Words(
        "The statement {statement} isn't confirmed.",
        "The client confirms it first, or the days to dispute it run out.",
        "对账单 {statement} 尚未确认。",
        "须先由客户确认，或等待异议期满。",
    ),
    "issued_already": Words(
        "It's issued already, as {number}.",
        "Freeze the month again to correct it, or use the next month.",
        "已开具，编号为 {number}。",
        "请重新出具该月以更正，或计入下月。",
    ),
    "second_person": Words(
        "Whoever froze it can't issue it.",
        "A second person of finance issues it.",
        "出具者本人不能开票。",
        "须由另一位财务人员开票。",
    ),
    "fapiao_of_what": Words(
        "Name the documents and the fapiao, at most {most} documents at a time.",
        "Give at least one of each.",
        "请指明单据和发票号码，一次最多 {most} 份单据。",
        "两者至少各填一个。",
    ),
    "unknown_document": Words(
        "There is no document {number}.",
        "Choose one that was issued.",
        "没有单据 {number}。",
        "请选择已开具的单据。",
    ),
    "fapiao_of_several_clients": Words(
        "These documents belong to several clients.",
        "Record each client's fapiao by themselves.",
        "这些单据属于不同客户。",
        "请分别登记各客户的发票。",
    ),
    "ends_before_it_begins": Words(
        "The end isn't later than the beginning.",
        "Choose a later end.",
        "结束时间不晚于开始时间。",
        "请选择更晚的结束时间。",
    ),
    "unknown_exclusion": Words(
        "There is no exclusion {exclusion}.",
        "It may have been withdrawn; look at the list.",
        "没有剔除申请 {exclusion}。",
        "它可能已撤回；请查看列表。",
    ),
    "answered_already": Words(
        "{exclusion} has been answered already.",
        "Ask the operator to withdraw and declare it again.",
        "{exclusion} 已答复。",
        "请让运营方撤回后重新申请。",
    ),
    "forecast_locked": Words(
        "The forecast for {period} is locked.",
        "Give the next month's.",
        "{period} 的预测已锁定。",
        "请提交下个月的预测。",
    ),
    "forecast_of_what": Words(
        "A forecast has one to {most} volumes, none below zero.",
        "Give one volume for each day or interval of the month.",
        "预测须包含 1 至 {most} 个数值，且不得为负。",
        "请为该月每天或每个时段填写一个数值。",
    ),
    "no_forecast": Words(
        "There's no forecast for {period}.",
        "Give it first.",
        "{period} 没有预测。",
        "请先提交预测。",
    ),
    "unknown_item": Words(
        "There is no item {item}.",
        "It may have been dropped already; look at the draft.",
        "没有一次性项目 {item}。",
        "它可能已删除；请查看草稿。",
    ),
}
