"""The words on a document, in English and Chinese; lines' own texts are the contract's."""

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "invoice": "Invoice",
        "credit_note": "Credit note",
        "adjustment": "Adjustment invoice",
        "damages": "Statement of damages",
        "draft": "Statement",
        "number": "Number",
        "day": "Date",
        "due": "Due",
        "period": "Services in",
        "order": "Your order",
        "corrects": "Corrects",
        "of_day": "of",
        "fapiao": "Fapiao",
        "from": "From",
        "to": "To",
        "tax_number": "Tax no.",
        "description": "Description",
        "quantity": "Quantity",
        "rate": "Rate",
        "amount": "Amount",
        "net": "Net",
        "tax": "Tax {rate} %",
        "tax_on": "on {net}",
        "total": "Total due",
        "credited": "Total credited",
        "damages_total": "Total, untaxed",
        "was": "was",
        "now": "now",
        "contacts_moved": "Contacts concerned",
        "more": "and {count} more",
        "pay_to": "Please pay to",
        "bank": "Bank",
        "account": "Account",
        "code": "BIC / CNAPS",
        "contract": "Contract",
        "made_from": "Computed by {evaluator}, {zones}",
        "page": "Page {page} of {pages}",
        "programme": "Programme",
        "section": "Section total",
        "hash": "Hash",
        "hash_says": "SHA-256 of the document's canonical JSON; "
        "'roost invoices verify' computes every line again.",
        "no_fapiao": "This is no fapiao. The legal one is made by the tax system.",
    },
    "zh": {
        "invoice": "账单",
        "credit_note": "贷项通知单",
        "adjustment": "调整账单",
        "damages": "赔偿结算单",
        "draft": "对账单",
        "number": "编号",
        "day": "日期",
        "due": "付款期限",
        "period": "服务期间",
        "order": "贵方订单号",
        "corrects": "更正",
        "of_day": "日期",
        "fapiao": "发票号码",
        "from": "销售方",
        "to": "购买方",
        "tax_number": "税号",
        "description": "项目",
        "quantity": "数量",
        "rate": "单价",
        "amount": "金额",
        "net": "不含税合计",
        "tax": "税额 {rate}%",
        "tax_on": "计税金额 {net}",
        "total": "应付合计",
        "credited": "贷记合计",
        "damages_total": "合计（不计税）",
        "was": "原",
        "now": "现",
        "contacts_moved": "涉及的联络",
        "more": "及另外 {count} 个",
        "pay_to": "收款账户",
        "bank": "开户行",
        "account": "账号",
        "code": "行号",
        "contract": "合同",
        "made_from": "计算程序 {evaluator}，{zones}",
        "page": "第 {page} 页，共 {pages} 页",
        "programme": "项目",
        "section": "小计",
        "hash": "校验",
        "hash_says": "本单据规范 JSON 的 SHA-256；roost invoices verify 可逐行重新计算。",
        "no_fapiao": "本单据不是税务发票，法定发票由税务系统开具。",
    },
}

UNITS: Final[dict[str, str]] = {
    "contact": "个",
    "segment": "段",
    "min": "分钟",
    "h": "小时",
    "hour": "小时",
    "month": "月",
    "item": "项",
    "fte": "人",
    "FTE": "人",
    "result": "个",
}
"""A unit in Chinese; in English it stands as it is."""


COUNTED: Final = frozenset({"contact", "segment", "result", "item", "month", "hour"})


def unit(name: str, quantity: str, language: str) -> str:
    """A unit as it's printed with its quantity."""
    if language == "zh":
        return UNITS.get(name, name)
    return f"{name}s" if name in COUNTED and quantity not in ("1", "-1") else name
