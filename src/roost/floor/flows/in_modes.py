"""What a mode does to a caller: the announcement once, and another way on.

A surge tells those whom it affects what's going on, and they wait (or go where the step says).
Where nobody can answer (closed, an emergency) they hear why and go on at once: in an emergency
into the queue that whoever declared it named; else where the step says so (`modes`, then
`otherwise`); else it's the contact's end.
"""

from collections.abc import Mapping, Sequence

from roost.floor import definition as d
from roost.floor.affected import STRENGTH, InForce, ModeKind
from roost.floor.flows.model import Flows, Run
from roost.kernel.ids import ClientId, ModeId, PromptId, QueueId


def affecting(
    modes: Mapping[str, InForce], run: Run, variables: Mapping[str, str], queue: QueueId | None
) -> list[InForce]:
    """The modes in force for a caller in (or on the way into) a queue: the strongest first, of
    equals the older."""
    if not modes:
        return []
    known = {**run.variables, **variables} if variables else run.variables
    return _in_force(modes, run.client, queue, run.tags, known)


def _in_force(
    modes: Mapping[str, InForce],
    client: ClientId,
    queue: QueueId | None,
    lists: Sequence[str],
    variables: Mapping[str, str],
) -> list[InForce]:
    found = [
        mode
        for mode in modes.values()
        if mode.scope.client == client and mode.scope.holds(queue, lists, variables)
    ]
    return sorted(found, key=lambda mode: STRENGTH[mode.kind])


def shut(modes: Mapping[str, InForce], client: ClientId, queue: QueueId) -> InForce | None:
    """The mode in which nobody answers in a queue, whoever calls."""
    return shuts(_in_force(modes, client, queue, (), {}))


def shuts(modes: list[InForce]) -> InForce | None:
    """The mode in which nobody can answer, if there's one."""
    return modes[0] if modes and modes[0].kind is not ModeKind.SURGE else None


def leads_on(modes: list[InForce], step: d.Enqueue) -> InForce | None:
    """The mode for which nobody enters this queue."""
    if modes and modes[0].kind in step.modes:
        return modes[0]
    return shuts(modes)


def unheard(
    state: Flows, run: Run, modes: list[InForce], besides: tuple[ModeId, ...] = ()
) -> tuple[tuple[PromptId, ...], tuple[ModeId, ...]]:
    """What the caller hasn't been told yet, and of which modes."""
    known = state.safe[run.client].announcements
    told = [mode for mode in modes if mode.mode not in (*run.heard, *besides)]
    prompts = tuple(one for mode in told for one in known.get(mode.announcement, ()))
    return prompts, tuple(mode.mode for mode in told)
