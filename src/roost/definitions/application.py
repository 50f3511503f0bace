"""Putting checked definitions in force: what goes into the settings stream, its vault, and the
command for the cell. Pure: the composition root appends and submits.

    settings stream   DefinitionsApplied, then BillingSet and ContractAgreed for what changed
    settings vault    people's names, callers' lists, clients' logos
    cell              Configure(floor)
"""

import msgspec
from msgspec import Struct

from roost.definitions import times
from roost.definitions.billing import compile_billing
from roost.definitions.compile import compile_floor
from roost.definitions.contracts import compile_contracts
from roost.definitions.difference import Change, difference
from roost.definitions.load import Loaded
from roost.definitions.messages import DefinitionsApplied, NamedAgent
from roost.floor.definition import Configure
from roost.kernel.ids import OPERATOR, AgentId, ClientId, VaultId, owner_of
from roost.kernel.messages import Event, VaultPut
from roost.office.contracts.messages import BillingSet, ContractAgreed, ContractEnded
from roost.office.contracts.model import Contract
from roost.office.contracts.sellers import Billing


class Application(Struct, frozen=True):
    """`events` is empty when nothing differs from what's in force; `puts` and `configure` may
    be given again without harm."""

    changes: tuple[Change, ...]
    events: tuple[Event, ...]
    puts: tuple[VaultPut, ...]
    drops: tuple[VaultId, ...]  # names of people who left, lists and logos that are gone
    configure: Configure


def name_id(agent: AgentId) -> VaultId:
    """Where an agent's name lies, in the settings' vault, owned by the operator."""
    return VaultId(f"agent/{agent}/name")


def callers_id(client: ClientId, name: str) -> VaultId:
    """Where a caller list lies (a JSON list of numbers), owned by the client."""
    return VaultId(f"callers/{client}/{name}")


def logo_id(client: ClientId) -> VaultId:
    """Where a client's logo lies (the file's content), owned by the client."""
    return VaultId(f"logo/{client}")


def application(
    loaded: Loaded,
    voice: str,
    before: DefinitionsApplied | None,
    contracts: dict[ClientId, Contract] | None = None,
    billing: Billing | None = None,
) -> Application:
    """What puts these definitions in force. `before` is the last DefinitionsApplied of the
    settings stream, `contracts` those in force (by the stream's ContractAgreed), `billing` what
    they share (by its BillingSet)."""
    floor = compile_floor(loaded, voice)
    documents = {} if before is None else before.documents
    people = tuple(
        NamedAgent(AgentId(user), name_id(AgentId(user))) for user in loaded.agents.document.agents
    )
    applied = DefinitionsApplied(
        version=loaded.version,
        floor=floor.version,
        voice=voice,
        zones=times.SOURCE,
        documents=loaded.documents,
        people=people,
    )
    same = before is not None and before == applied
    shared = compile_billing(loaded.billing, loaded.centre.document.zone)
    set_ = () if shared == (billing or Billing()) else (BillingSet(owner=OPERATOR, billing=shared),)
    events = () if same else (applied, *set_, *_contracts(loaded, contracts or {}))
    puts = _puts(loaded)
    kept = {put.id for put in puts}
    return Application(
        changes=difference(documents, loaded.documents),
        events=events,
        puts=puts,
        drops=tuple(one for one in _vault_ids(before) if one not in kept),
        configure=Configure(floor),
    )


def _contracts(loaded: Loaded, in_force: dict[ClientId, Contract]) -> list[Event]:
    made: list[Event] = []
    kept: set[ClientId] = set()
    for contract in compile_contracts(loaded):
        kept.add(contract.client)
        if in_force.get(contract.client) != contract:
            made.append(ContractAgreed(owner=owner_of(contract.client), contract=contract))
    made += [ContractEnded(owner=owner_of(client)) for client in sorted(in_force.keys() - kept)]
    return made


def _puts(loaded: Loaded) -> tuple[VaultPut, ...]:
    names = [
        VaultPut(name_id(AgentId(user)), OPERATOR, name.encode())
        for user, name in loaded.names.items()
    ]
    lists = [
        VaultPut(
            callers_id(ClientId(client), name),
            owner_of(ClientId(client)),
            msgspec.json.encode(numbers),
        )
        for client, named in loaded.caller_lists.items()
        for name, numbers in named.items()
    ]
    logos = [
        VaultPut(logo_id(ClientId(name)), owner_of(ClientId(name)), folder.logo)
        for name, folder in loaded.clients.items()
        if folder.logo
    ]
    return (*names, *lists, *logos)


def _vault_ids(before: DefinitionsApplied | None) -> list[VaultId]:
    """Where the definitions in force have their personal values."""
    if before is None:
        return []
    found = [person.name for person in before.people]
    for file, text in before.documents.items():
        parts = file.split("/")
        if len(parts) == 3 and parts[2] == "client.yaml":
            client, known = ClientId(parts[1]), msgspec.json.decode(text, type=_Known)
            found += [callers_id(client, name) for name in known.callers]
            found += [logo_id(client)] if known.desk.get("logo") else []
    return found


class _Known(Struct):
    """What's asked of a client's document here; the numbers and the logo aren't in it."""

    callers: dict[str, list[str]] = {}
    desk: dict[str, str] = {}
