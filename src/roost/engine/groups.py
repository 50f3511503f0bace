"""A group: the steps that are committed together, and the answers that wait for that."""

import asyncio
from dataclasses import dataclass, field

from roost.engine.step import Step
from roost.kernel.ids import CommandId
from roost.kernel.messages import Wake
from roost.ports.commands import Answer
from roost.ports.log import Batch

Waits = asyncio.Future[Answer] | None
"""Who waits for a command's answer; nobody for a timer's."""


@dataclass
class Group:
    """`events` counts the steps' events; `weighs` says whether there's anything to commit;
    `since` is the loop's time in seconds of its first step."""

    steps: list[Step] = field(default_factory=list[Step])
    answers: list[tuple[Waits, CommandId, Answer]] = field(
        default_factory=list[tuple[Waits, CommandId, Answer]]
    )
    events: int = 0
    weighs: bool = False
    since: float = 0.0

    def add(self, step: Step, waits: Waits, id: CommandId, answer: Answer, now: float) -> None:
        if not self.steps:
            self.since = now
        self.steps.append(step)
        self.events += len(step.envelopes)
        self.answers.append((waits, id, answer))

    def batch(self) -> Batch:
        """What the writer gets."""
        steps = self.steps
        return Batch(
            [envelope for step in steps for envelope in step.envelopes],
            [put for step in steps for put in step.puts],
            [drop for step in steps for drop in step.drops],
        )


def acts(step: Step) -> bool:
    """Whether the world is to do something: then the log is asked first whether it's still ours,
    also where there's nothing to store."""
    return any(not isinstance(effect, Wake) for effect in step.effects)
