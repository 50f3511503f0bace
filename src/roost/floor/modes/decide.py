"""Declaring a mode, extending and ending it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.affected import ModeKind, Scope
from roost.floor.modes import messages as m
from roost.floor.modes.model import (
    AHEAD_US,
    BACK_US,
    MOST_MODES,
    MOST_US,
    WITHDRAW_US,
    Account,
    Mode,
    Modes,
)
from roost.kernel.ids import ModeId, QueueId, owner_of
from roost.kernel.messages import Command, Decision, Event, Refusal, Wake
from roost.kernel.time import HOUR, MINUTE, InstantUs, after

STALE: Final = Refusal("stale")


def declare_mode(state: Modes, now: InstantUs, command: m.DeclareMode) -> Decision | Refusal:
    scope = command.scope
    account = state.accounts.get(scope.client)
    if account is None:
        return Refusal("no_such_client", {"client": scope.client})
    begins = now if command.begins is None else command.begins
    wrong = _names(account, command) or _times(now, begins, command.ends)
    if wrong is not None:
        return wrong
    if sum(mode.of.scope.client == scope.client for mode in state.modes.values()) >= MOST_MODES:
        return Refusal("too_many_modes", {"most": str(MOST_MODES)})
    mode = ModeId(f"{scope.client}.m{state.made.get(scope.client, 0) + 1}")
    owner = owner_of(scope.client)
    declared = m.ModeDeclared(
        owner=owner,
        mode=mode,
        kind=command.kind,
        scope=scope,
        begins=begins,
        ends=command.ends,
        announcement=command.announcement,
        to=command.to,
        words=command.words,
    )
    lapses = Wake(command.ends, m.ModeLapses(mode, command.ends))
    if begins > now:
        return Decision((declared,), (Wake(begins, m.ModeBegins(mode)), lapses))
    return Decision((declared, m.ModeBegan(owner=owner, mode=mode)), (lapses,))


def _names(account: Account, command: m.DeclareMode) -> Refusal | None:
    """Everything that's named is there, and what it says makes sense."""
    scope = command.scope
    for queue in (*scope.queues, *((command.to,) if command.to else ())):
        if queue not in account.queues:
            return Refusal("unknown_queue", {"queue": queue})
    for listed in scope.lists:
        if listed not in account.lists:
            return Refusal("unknown_list", {"list": listed})
    if scope.variable and (scope.variable, scope.value) not in account.values:
        return Refusal("unknown_value", {"variable": scope.variable, "value": scope.value})
    if command.announcement and command.announcement not in account.announcements:
        return Refusal("unknown_announcement", {"announcement": command.announcement})
    return _leads_back(scope, command.kind, command.to)


def _leads_back(scope: Scope, kind: ModeKind, to: QueueId | None) -> Refusal | None:
    """Only an emergency sends callers elsewhere, and not to where it is itself."""
    if to is None:
        return None
    if kind is not ModeKind.EMERGENCY or not scope.queues or to in scope.queues:
        return Refusal("mode_leads_back", {"queue": to})
    return None


def _times(now: InstantUs, begins: InstantUs, ends: InstantUs) -> Refusal | None:
    if ends <= max(now, begins):
        return Refusal("mode_without_end")
    if begins < now - BACK_US:
        return Refusal("mode_too_early", {"minutes": str(BACK_US // MINUTE)})
    if begins > now + AHEAD_US or ends > max(now, begins) + MOST_US:
        return Refusal("mode_too_long", {"hours": str(MOST_US // HOUR)})
    return None


def extend_mode(state: Modes, now: InstantUs, command: m.ExtendMode) -> Decision | Refusal:
    mode = _known(state, command.mode)
    if isinstance(mode, Refusal):
        return mode
    wrong = _times(now, max(mode.begins, now), command.ends)
    if wrong is not None:
        return wrong
    event = m.ModeExtended(owner=mode.owner, mode=command.mode, ends=command.ends)
    return Decision((event,), (Wake(command.ends, m.ModeLapses(command.mode, command.ends)),))


def _known(state: Modes, mode: ModeId) -> Mode | Refusal:
    return state.modes.get(mode) or Refusal("unknown_mode", {"mode": mode})


def end_mode(state: Modes, now: InstantUs, command: m.EndMode) -> Decision | Refusal:
    mode = _known(state, command.mode)
    if isinstance(mode, Refusal):
        return mode
    if command.withdrawn and now > after(mode.declared, WITHDRAW_US):
        return Refusal("too_late_to_withdraw", {"seconds": str(WITHDRAW_US // 1_000_000)})
    return Decision((_over(mode, "withdrawn" if command.withdrawn else "ended"),))


def _over(mode: Mode, why: str) -> Event:
    return m.ModeOver(owner=mode.owner, mode=mode.of.mode, why=why)


def mode_begins(state: Modes, now: InstantUs, command: m.ModeBegins) -> Decision | Refusal:
    mode = state.modes.get(command.mode)
    if mode is None or mode.began:
        return STALE
    return Decision((m.ModeBegan(owner=mode.owner, mode=command.mode),))


def mode_lapses(state: Modes, now: InstantUs, command: m.ModeLapses) -> Decision | Refusal:
    mode = state.modes.get(command.mode)
    if mode is None or mode.ends != command.ends:
        return STALE
    return Decision((_over(mode, "lapsed"),))


DECIDE: Final[Mapping[type[Command], Callable[[Modes, InstantUs, Any], Decision | Refusal]]] = {
    m.DeclareMode: declare_mode,
    m.ExtendMode: extend_mode,
    m.EndMode: end_mode,
    m.ModeBegins: mode_begins,
    m.ModeLapses: mode_lapses,
}
