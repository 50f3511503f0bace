"""Putting checked definitions in force: at a centre's first start, and by `roost apply`.

Prompts first (spoken now, never during a call), then the settings stream and its vault, then
the cell's Configure. If it ends half-way the next attempt does the rest: every step looks at
what is there, and the cell answers the same definitions twice the same.
"""

from typing import Protocol

from msgspec import Struct

from roost.adapters.store.trail import StreamTrail
from roost.definitions.application import Application, application
from roost.definitions.checks.desks import too_long
from roost.definitions.load import Loaded
from roost.definitions.messages import SETTINGS_EVENTS, DefinitionsApplied
from roost.definitions.needs import NeededPrompt, needed_prompts, whispers
from roost.definitions.problems import Problem
from roost.engine.bodies import Decoder
from roost.floor.definition import Configure
from roost.floor.parties import WHISPER_US
from roost.kernel.actor import SETUP
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, CommandId, PromptId
from roost.kernel.messages import Event
from roost.kernel.time import DurationUs
from roost.office.audit.messages import PutInForce
from roost.office.contracts.messages import BillingSet, ContractAgreed, ContractEnded
from roost.office.contracts.model import Contract
from roost.office.contracts.sellers import Billing
from roost.ports.clock import Clock
from roost.ports.commands import Done, Refused, Submit
from roost.ports.log import Batch, LogReader
from roost.processes.not_in_force import NotInForce
from roost.processes.places import SETTINGS
from roost.processes.stores import Store


class PromptStore(Protocol):
    """Where every prompt lies before anything refers to it."""

    @property
    def voice(self) -> str: ...

    def keep(self, needed: NeededPrompt) -> None: ...

    def length_us(self, prompt: PromptId) -> DurationUs: ...


class InForce(Struct):
    """What the settings stream says."""

    number: int = 0
    applied: DefinitionsApplied | None = None
    contracts: dict[ClientId, Contract] = {}
    billing: Billing = Billing()


def in_force(reader: LogReader) -> InForce:
    """Folds the settings stream. Blocking."""
    found, decoder = InForce(), Decoder(SETTINGS_EVENTS, {})
    while rows := reader.read(SETTINGS, found.number, 1_000):
        for row in rows:
            body = decoder.envelope(row).body
            if isinstance(body, DefinitionsApplied):
                found.applied = body
            elif isinstance(body, ContractAgreed):
                found.contracts[body.contract.client] = body.contract
            elif isinstance(body, BillingSet):
                found.billing = body.billing
            elif isinstance(body, ContractEnded):
                found.contracts.pop(ClientId(body.owner), None)
            found.number = row.number
    return found


def plan(store: Store, loaded: Loaded, voice: str) -> Application:
    """What would change, and what does it. Blocking."""
    reader = store.reader()
    try:
        known = in_force(reader)
    finally:
        reader.close()
    return application(loaded, voice, known.applied, known.contracts, known.billing)


def keep_prompts(loaded: Loaded, prompts: PromptStore) -> int:
    """Speaks and keeps what is needed; how many prompts there are. Blocking. Raises what the
    store raises, whose message names the prompt's place."""
    needed = needed_prompts(loaded, prompts.voice)
    for prompt in needed:
        prompts.keep(prompt)
    return len(needed)


def long_whispers(loaded: Loaded, prompts: PromptStore) -> list[Problem]:
    """Whispers that an agent won't hear to their end, as warnings, once all prompts are kept:
    how long a text is shows when it's spoken. Blocking."""
    found: list[Problem] = []
    for whisper in whispers(loaded, prompts.voice):
        lasts = sum(prompts.length_us(prompt) for prompt in whisper.prompts)
        if lasts > WHISPER_US:
            found.append(too_long(whisper.source, whisper.path, DurationUs(lasts)))
    return found


def write_settings(store: Store, clock: Clock, made: Application) -> None:
    """The settings stream's part. Blocking. Raises ports.log.LogFailed, Deposed."""
    writer = store.writer(SETTINGS)
    try:
        reader = store.reader()
        number = reader.last(SETTINGS)
        reader.close()
        writer.append(Batch(_envelopes(number, clock, made), made.puts, made.drops))
    finally:
        writer.close()
    trail = StreamTrail(store.writer, clock, store.chain())
    try:
        for event in made.events:
            if isinstance(event, DefinitionsApplied):
                trail.note(SETUP, PutInForce(version=event.version))
    finally:
        trail.close()


def _envelopes(number: int, clock: Clock, made: Application) -> list[Envelope]:
    names = {kind: name for name, kind in SETTINGS_EVENTS.items()}
    now = clock.now()

    def envelope(place: int, event: Event) -> Envelope:
        return Envelope(
            stream=SETTINGS,
            number=place,
            type=names[type(event)],
            version=event.VERSION,
            owner=event.owner,
            contact=None,
            at=now,
            actor=str(SETUP),
            cause=CommandId(f"apply/{made.configure.floor.version[:16]}"),
            body=event,
        )

    return [envelope(number + place, event) for place, event in enumerate(made.events, 1)]


async def configure(submit: Submit, command: Configure, turn: int) -> None:
    """The cell's part. `turn` is the settings stream's position: the same definitions may come
    back later, and are another command then. Raises NotInForce."""
    turn_id = CommandId(f"configure/{turn}/{command.floor.version[:32]}")
    answer = await submit(command, SETUP, turn_id)
    if isinstance(answer, Done):
        return
    if isinstance(answer, Refused) and answer.refusal.code == "already_configured":
        return
    why = answer.refusal.code if isinstance(answer, Refused) else answer.why
    raise NotInForce(f"the centre didn't take the definitions: {why}; try again.")
