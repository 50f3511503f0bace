"""What the words of a refusal are."""

from msgspec import Struct


class Words(Struct, frozen=True, gc=False):
    """What can't be done, and the mend, in English and Chinese."""

    en: str
    mend_en: str
    zh: str
    mend_zh: str
