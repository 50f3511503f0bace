"""What the settings stream says of definitions: the checked documents themselves."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from roost.kernel.ids import AgentId, Digest, VaultId
from roost.kernel.messages import Event
from roost.office.contracts.messages import BillingSet, ContractAgreed, ContractEnded


class NamedAgent(Struct, frozen=True, gc=False):
    """Where an agent's name lies."""

    agent: AgentId
    name: VaultId


class DefinitionsApplied(Event, frozen=True, gc=False, kw_only=True):
    """Checked definitions were put in force. `documents` are canonical JSON by file, without
    names of people and callers' numbers; `floor` is the version that the cell was given."""

    version: Digest
    floor: Digest
    voice: str
    zones: str  # the source of the time zones
    documents: dict[str, str]
    people: tuple[NamedAgent, ...] = ()


SETTINGS_EVENTS: Final[Mapping[str, type[Event]]] = {
    "definitions.DefinitionsApplied": DefinitionsApplied,
    "contracts.ContractAgreed": ContractAgreed,
    "contracts.ContractEnded": ContractEnded,
    "contracts.BillingSet": BillingSet,
}
"""Every event of the settings stream, by its type in the envelope: for its `Decoder`."""
