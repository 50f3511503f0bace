"""Telling somebody who waits how it stands: decided on the whole cell, since the flow knows what
may be said, the queue who waits, and the estimates how it stands."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor import definition as d
from roost.floor.estimates import wait
from roost.floor.flows import messages as m
from roost.floor.flows.model import Run, Told
from roost.floor.state import CellState
from roost.kernel.ids import PlayId, PromptId, owner_of
from roost.kernel.messages import Command, Decision, Refusal, Wake
from roost.kernel.time import SECOND, DurationUs, InstantUs, after

STALE: Final = Refusal("stale")
AGAIN_US: Final = DurationUs(5 * SECOND)  # while a phone rings for it, or something else is asked


def announce_wait(state: CellState, now: InstantUs, command: m.AnnounceWait) -> Decision | Refusal:
    """Say it, and look again after a while. Whose phone rings by now is told nothing, and a mode's
    announcement comes first."""
    run = state.flows.runs.get(command.contact)
    entry = state.queues.entries.get(command.contact)
    if run is None or run.turn != command.turn or run.waits != "queue":
        return STALE
    announce = announced_by(state, run)
    if announce is None or entry is None or entry.answered:
        return STALE
    if now < run.undisturbed:
        return Decision((), (Wake(run.undisturbed, command),))
    busy = entry.offer is not None or bool(run.offering)
    again = Wake(after(now, AGAIN_US if busy else announce.every_us), command)
    found = None if busy else wait.of(state.estimates, command.contact, now)
    if found is None:
        return Decision((), (again,))
    said_us, prompts = _said(announce, found, run.told)
    if not prompts:
        return Decision((), (again,))
    event = m.WaitAnnounced(
        owner=owner_of(run.client),
        contact=command.contact,
        queue=entry.queue,
        position=found.position,
        wait_us=found.wait_us,
        said_us=said_us,
        play=PlayId(f"{run.contact}/p{run.plays + 1}"),
        prompts=prompts,
    )
    return Decision((event,), (again,))


def announced_by(state: CellState, run: Run) -> d.Announce | None:
    """What the step at which a contact waits announces; a transfer or a rescue has no step."""
    version = state.flows.versions.get(run.flow)
    step = None if version is None else version.flow.steps.get(run.step)
    return step.announce if isinstance(step, d.Enqueue) else None


def _said(
    announce: d.Announce, found: wait.Estimate, told: Told | None
) -> tuple[DurationUs, tuple[PromptId, ...]]:
    """The length that's said, and the prompts that say it all."""
    prompts: list[PromptId] = []
    if announce.positions:
        prompts.append(announce.positions[min(found.position, len(announce.positions)) - 1])
    if found.wait_us is None or announce.longer is None:
        return DurationUs(0), tuple(prompts)
    step = _rounded_up(announce, found.wait_us)
    if told is not None and told.us and _without_reason(announce, step, found, told):
        step = told.us
    said = {one.us: one.prompt for one in announce.waits}
    prompts.append(said.get(step, announce.longer))
    return step, tuple(prompts)


def _rounded_up(announce: d.Announce, wait_us: DurationUs) -> DurationUs:
    """To the next of the lengths that may be said; 0 beyond the last."""
    return next((one.us for one in announce.waits if wait_us <= one.us), DurationUs(0))


def _without_reason(
    announce: d.Announce, step: DurationUs, found: wait.Estimate, told: Told
) -> bool:
    """Longer than what was said before, though nobody has come before it and the estimate hasn't
    grown by half: a caller isn't told of every breath that an estimate takes."""
    longer = step == 0 or step > told.us
    assert found.wait_us is not None
    return longer and found.position <= told.position and 2 * found.wait_us <= 3 * told.us


DECIDE: Final[Mapping[type[Command], Callable[[CellState, InstantUs, Any], Decision | Refusal]]] = {
    m.AnnounceWait: announce_wait
}
