"""Loading: a folder read and checked, everything that's wrong at once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec
from msgspec import UNSET

from roost.definitions.billing_documents import BillingDocument
from roost.definitions.checks import check_all
from roost.definitions.contract_documents import ContractDocument
from roost.definitions.documents import (
    Agents,
    Centre,
    ClientDocument,
)
from roost.definitions.edits import Edits
from roost.definitions.flow_documents import (
    FlowDocument,
)
from roost.definitions.problems import Problem, Severity, sort_key
from roost.definitions.reading import Source, read
from roost.definitions.scenario_documents import Scenario
from roost.kernel.ids import Digest


@dataclass(frozen=True)
class ClientFolder:
    """One client's documents. `recordings` by file name, in `prompts/`; `logo`'s content."""

    name: str
    client: Source[ClientDocument]
    flows: Mapping[str, Source[FlowDocument]]
    contract: Source[ContractDocument] | None
    recordings: Mapping[str, bytes]
    logo: bytes = b""


@dataclass(frozen=True)
class Loaded:
    """Checked definitions. `version` is the hash of all that decides; people's names aren't
    in it (`names` has them, for the vault)."""

    centre: Source[Centre]
    agents: Source[Agents]
    clients: Mapping[str, ClientFolder]
    scenarios: Mapping[str, Source[Scenario]] = field(default_factory=dict[str, Source[Scenario]])
    warnings: tuple[Problem, ...] = ()
    arrivals: Mapping[str, str] = field(default_factory=dict[str, str])
    billing: Source[BillingDocument] | None = None

    @cached_property
    def documents(self) -> dict[str, str]:
        """Every document but the scenarios as JSON by its file: without names of
        people and without callers' numbers, ready for the log."""
        agents = msgspec.to_builtins(self.agents.document)
        for user in agents["agents"].values():
            user.pop("name", None)
        plain: dict[str, object] = {
            self.centre.file: self.centre.document,
            self.agents.file: agents,
        }
        if self.billing is not None:
            plain[self.billing.file] = self.billing.document
        for folder in self.clients.values():
            client = msgspec.to_builtins(folder.client.document)
            lists = client.get("callers", {})
            client["callers"] = {name: [] for name in lists}
            plain[folder.client.file] = client
            for flow in folder.flows.values():
                plain[flow.file] = flow.document
            if folder.contract is not None:
                plain[folder.contract.file] = folder.contract.document
            for name, content in folder.recordings.items():
                file = f"clients/{folder.name}/prompts/{name}"
                plain[file] = {"sha256": hashlib.sha256(content).hexdigest()}
            desk = folder.client.document.desk
            if desk is not UNSET and desk.logo is not UNSET:
                file = f"clients/{folder.name}/{desk.logo}"
                plain[file] = {"sha256": hashlib.sha256(folder.logo).hexdigest()}
        # The order of names is kept as written: a flow's steps go on in it.
        return {
            file: msgspec.json.encode(document).decode() for file, document in sorted(plain.items())
        }

    @cached_property
    def version(self) -> Digest:
        text = msgspec.json.encode(self.documents)
        return Digest(hashlib.sha256(text).hexdigest())

    @property
    def names(self) -> dict[str, str]:
        """Agents' names by user: personal, for the vault alone."""
        return {user: agent.name for user, agent in self.agents.document.agents.items()}

    @property
    def caller_lists(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Numbers by client and list: personal, for the vault and the telephony adapter."""
        return {
            name: {key: tuple(numbers) for key, numbers in folder.client.document.callers.items()}
            for name, folder in self.clients.items()
        }


def load(folder: Path | str, edits: Edits | None = None) -> Loaded | list[Problem]:
    """Reads and checks a centre's folder, perhaps with small changes. A list holds every problem,
    warnings too, by file and line; a Loaded has none but warnings."""
    draft = read(Path(folder), edits)
    draft.problems += check_all(draft)
    problems = sorted(set(draft.problems), key=sort_key)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return problems
    assert draft.centre is not None
    assert draft.agents is not None
    clients = {
        name: ClientFolder(
            name=name,
            client=draft.clients[name],
            flows=draft.flows[name],
            contract=draft.contracts.get(name),
            recordings=draft.recordings[name],
            logo=draft.logos.get(name, b""),
        )
        for name in draft.folders
    }
    return Loaded(
        draft.centre,
        draft.agents,
        clients,
        draft.scenarios,
        tuple(problems),
        draft.arrivals,
        draft.billing,
    )
