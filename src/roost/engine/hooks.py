"""What a live engine tells its composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from roost.engine.step import Incident

Told = TypeVar("Told")


@dataclass(frozen=True)
class Hooks:
    """What the composition root wants to hear of. Called on the loop's thread; must not block.
    One that raises is told to `trouble`, and harms nothing else."""

    incident: Callable[[Incident], None] = lambda _: None
    committed: Callable[[int], None] = lambda _: None  # the stream's new last number: a hint
    trouble: Callable[[str], None] = lambda _: None  # a failed commit, an effect that raised
    stopped: Callable[[str], None] = lambda _: None  # for good: "deposed …", "fold_failed …"

    def tell(self, hook: Callable[[Told], None], what: Told) -> None:
        try:
            hook(what)
        except Exception as trouble:
            if hook is not self.trouble:
                self.tell(self.trouble, f"a hook raised {trouble!r}")


SILENT: Final = Hooks()
