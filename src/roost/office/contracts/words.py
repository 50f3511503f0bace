"""What a draft's lines say by themselves, beside the contract's own texts: in its language."""

from collections.abc import Mapping
from typing import Final

ENGLISH: Final = "en"

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    ENGLISH: {
        "band": "{line}, band {place}",
        "included": "{line}, included",
        "base": "{line}, base",
        "additional": "{line}, additional {place}",
        "reduced": "{line}, reduced {place}",
        "surcharge": "{line}, {surcharge}",
        "renegotiate": "{line} (renegotiate)",
        "ceiling": "{line} (ceiling)",
        "minimum": "Up to the month's minimum of {least}",
        "floor": "Up to {percent} % of the forecast of {count}",
        "above": "Above {percent} % of the forecast of {count}",
        "reached": "{term}: {reached} % of {target} %",
        "missed": "{term}: missed on {some} of {all} days",
        "won": "{term}: won on {some} of {all} days",
        "capped": "{line}, capped",
    },
    "zh": {
        "band": "{line}，第 {place} 档",
        "included": "{line}，套餐内",
        "base": "{line}，基准量",
        "additional": "{line}，超出第 {place} 段",
        "reduced": "{line}，不足第 {place} 段",
        "surcharge": "{line}，{surcharge}",
        "renegotiate": "{line}（需重新议定）",
        "ceiling": "{line}（已达上限）",
        "minimum": "补足当月最低金额 {least}",
        "floor": "补足预测量 {count} 的 {percent} %",
        "above": "超出预测量 {count} 的 {percent} % 的部分",
        "reached": "{term}：达成 {reached} %，目标 {target} %",
        "missed": "{term}：{all} 天中有 {some} 天未达标",
        "won": "{term}：{all} 天中有 {some} 天达到奖励标准",
        "capped": "{line}（已封顶）",
    },
}


def language_of(tag: str) -> str:
    """The language of a tag that there are words in: "zh-CN" → "zh"; else English."""
    plain = tag.split("-", maxsplit=1)[0]
    return plain if plain in WORDS else ENGLISH


def said(language: str, key: str, **values: object) -> str:
    """A line's words."""
    return WORDS[language_of(language)][key].format(**values)
