"""The office's stream put together: what a command leads to, and what its events fold to.

There's no process of its own for it: commands are a few a day, and whoever gives one decides it
on the state at the stream's end (docs/decisions/0020).
"""

from roost.kernel.actor import Actor
from roost.kernel.messages import Command
from roost.kernel.time import InstantUs
from roost.office.accounts import decide as accounts
from roost.office.accounts.decide import Decided
from roost.office.accounts.fold import fold
from roost.office.accounts.model import Ledger

__all__ = ["Ledger", "decide", "fold"]


def decide(ledger: Ledger, now: InstantUs, actor: Actor, command: Command) -> Decided:
    """Pure; the ledger is changed by folding what was committed."""
    return accounts.decide(ledger, now, actor, command)
