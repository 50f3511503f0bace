"""A flow's steps as a graph: which kind each is, and where it goes on."""

from typing import Final

from msgspec import UNSET, UnsetType

from roost.definitions.flow_documents import (
    KINDS,
    ChoiceDocument,
    FlowDocument,
    StepDocument,
)
from roost.definitions.prompt_documents import (
    PromptDocument,
    Prompts,
)

END: Final = "end"
#: Steps at which a flow waits for something of the world; a loop needs one.
WAITING: Final = frozenset({"say", "menu", "collect", "ask", "queue", "voicemail"})


def kinds_of(step: StepDocument) -> list[str]:
    """The kinds that a step names: one, if it's right."""
    return [kind for kind in KINDS if getattr(step, kind) is not UNSET]


def next_of(flow: FlowDocument, name: str) -> str:
    """The step after this one in the file, or the end."""
    names = list(flow.steps)
    place = names.index(name) + 1
    return names[place] if place < len(names) else END


def label_of(choice: str | ChoiceDocument) -> tuple[str, str]:
    """A choice's label and step."""
    return (choice, choice) if isinstance(choice, str) else (choice.label, choice.then)


def targets(flow: FlowDocument, name: str) -> list[tuple[tuple[str | int, ...], str]]:
    """Where a step may go on, each with the path that says so (empty: by default)."""
    step = flow.steps[name]
    found: list[tuple[tuple[str | int, ...], str]] = []

    def add(target: str | UnsetType, *path: str | int) -> None:
        if target is UNSET:
            found.append(((), next_of(flow, name)))
        else:
            found.append((path, str(target)))

    for kind in kinds_of(step):
        match kind:
            case "menu" if step.menu is not UNSET:
                for key, choice in step.menu.choices.items():
                    path = ("then",) if isinstance(choice, ChoiceDocument) else ()
                    add(label_of(choice)[1], "menu", "choices", key, *path)
                add(step.menu.otherwise, "menu", "otherwise")
            case "collect" if step.collect is not UNSET:
                add(step.then, "then")
                add(step.collect.otherwise, "collect", "otherwise")
            case "hours" if step.hours is not UNSET:
                add(step.hours.open, "hours", "open")
                add(step.hours.closed, "hours", "closed")
            case "variable" if step.variable is not UNSET:
                for value, target in step.variable.cases.items():
                    add(target, "variable", "cases", value)
                add(step.variable.otherwise, "variable", "otherwise")
            case "caller" if step.caller is not UNSET:
                for listed, target in step.caller.lists.items():
                    add(target, "caller", "lists", listed)
                add(step.caller.otherwise, "caller", "otherwise")
            case "mode" if step.mode is not UNSET:
                add(step.mode.surge, "mode", "surge")
                add(step.mode.closed, "mode", "closed")
                add(step.mode.emergency, "mode", "emergency")
                add(step.mode.otherwise, "mode", "otherwise")
            case "ask" if step.ask is not UNSET:
                add(step.then, "then")
                add(step.ask.otherwise, "ask", "otherwise")
            case "queue" if step.queue is not UNSET:
                for mode, target in step.queue.modes.items():
                    add(target, "queue", "modes", mode)
                add(step.queue.otherwise, "queue", "otherwise")
            case "hang_up":
                pass
            case _:
                add(step.then, "then")
    return found


def listed(prompts: Prompts | UnsetType) -> list[str | PromptDocument]:
    """Prompts as a list."""
    if prompts is UNSET:
        return []
    return list(prompts) if isinstance(prompts, list) else [prompts]


def prompts_of(step: StepDocument) -> list[tuple[tuple[str | int, ...], Prompts]]:
    """Everything that a step may play, with its path."""
    found: list[tuple[tuple[str | int, ...], Prompts]] = []

    def add(prompts: Prompts | UnsetType, *path: str | int) -> None:
        if prompts is not UNSET:
            found.append((path, prompts))

    add(step.say, "say")
    if step.menu is not UNSET:
        add(step.menu.say, "menu", "say")
        add(step.menu.invalid, "menu", "invalid")
        add(step.menu.silence, "menu", "silence")
    if step.collect is not UNSET:
        add(step.collect.say, "collect", "say")
        add(step.collect.invalid, "collect", "invalid")
    if step.queue is not UNSET:
        add(step.queue.waiting, "queue", "waiting")
        if step.queue.callback is not UNSET:
            for part in ("say", "agreed", "hello"):
                add(getattr(step.queue.callback, part), "queue", "callback", part)
    if step.voicemail is not UNSET:
        add(step.voicemail.say, "voicemail", "say")
    return found
