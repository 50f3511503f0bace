"""Effects that came before their call's first leg.

Signalling opens a leg while it answers; what the caller shall hear leaves in the same moment
by the effects' own way, and may be here sooner. So it's kept until the leg is open.
"""

from collections import OrderedDict
from typing import Final

from roost.floor.effects import CollectDigits, SetMatrix
from roost.kernel.ids import ContactId

MOST_CONTACTS: Final = 1_000  # the oldest goes: its leg is never going to come
MOST_EFFECTS: Final = 8  # of one contact

Early = SetMatrix | CollectDigits


class EarlyEffects:
    def __init__(self) -> None:
        self._kept: OrderedDict[ContactId, list[Early]] = OrderedDict()

    def keep(self, effect: Early) -> bool:
        """False when there's no room for it."""
        kept = self._kept.setdefault(effect.contact, [])
        if len(kept) >= MOST_EFFECTS:
            return False
        kept.append(effect)
        if len(self._kept) > MOST_CONTACTS:
            self._kept.popitem(last=False)
        return True

    def take(self, contact: ContactId) -> list[Early]:
        """In their order; they're kept no more."""
        return self._kept.pop(contact, [])
