"""A folder of definitions, read whole: everything that's wrong, at once.

Only the places that are named here are read, each bounded; nothing is written.
"""

import hashlib
import io
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from roost.definitions.documents import (
    Agents,
    Centre,
    ClientDocument,
    ContractDocument,
    FlowDocument,
    Scenario,
)
from roost.definitions.problems import Problem, Severity, did_you_mean, sort_key
from roost.definitions.shapes import shape
from roost.definitions.tree import Node, parse
from roost.kernel.ids import Digest

Document = TypeVar("Document", bound=Struct)

MOST_CLIENTS: Final = 200
MOST_FILES: Final = 200  # in one folder
MOST_RECORDING_BYTES: Final = 5 * 1024 * 1024


@dataclass(frozen=True)
class Source(Generic[Document]):
    """A document with its file, so that a problem can name the place."""

    file: str
    node: Node
    document: Document

    def wrong(
        self,
        path: tuple[str | int, ...],
        code: str,
        what: str,
        mend: str,
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        """A problem with the value at a path."""
        line, column = self.node.at(*path)
        return Problem(self.file, line, column, code, what, mend, severity)

    def wrong_key(
        self,
        path: tuple[str, ...],
        code: str,
        what: str,
        mend: str,
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        """A problem with the last key of a path."""
        line, column = self.node.key_at(*path)
        return Problem(self.file, line, column, code, what, mend, severity)


@dataclass(frozen=True)
class ClientFolder:
    """One client's documents. `recordings` by file name, in `prompts/`."""

    name: str
    client: Source[ClientDocument]
    flows: Mapping[str, Source[FlowDocument]]
    contract: Source[ContractDocument] | None
    recordings: Mapping[str, bytes]


@dataclass(frozen=True)
class Loaded:
    """Checked definitions. `version` is the hash of all that decides; people's names aren't
    in it (`names` has them, for the vault)."""

    centre: Source[Centre]
    agents: Source[Agents]
    clients: Mapping[str, ClientFolder]
    scenarios: Mapping[str, Source[Scenario]] = field(
        default_factory=lambda: dict[str, Source[Scenario]]()
    )
    warnings: tuple[Problem, ...] = ()

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


@dataclass
class Draft:
    """What could be read so far: a part is None when its file has problems of its own, and
    the checks that need it are left out, so that one mistake is told once."""

    centre: Source[Centre] | None = None
    agents: Source[Agents] | None = None
    clients: dict[str, Source[ClientDocument]] = field(
        default_factory=lambda: dict[str, Source[ClientDocument]]()
    )
    flows: dict[str, dict[str, Source[FlowDocument]]] = field(
        default_factory=lambda: dict[str, dict[str, Source[FlowDocument]]]()
    )
    contracts: dict[str, Source[ContractDocument]] = field(
        default_factory=lambda: dict[str, Source[ContractDocument]]()
    )
    recordings: dict[str, dict[str, bytes]] = field(
        default_factory=lambda: dict[str, dict[str, bytes]]()
    )
    scenarios: dict[str, Source[Scenario]] = field(
        default_factory=lambda: dict[str, Source[Scenario]]()
    )
    folders: list[str] = field(default_factory=lambda: list[str]())
    broken_flows: set[str] = field(default_factory=lambda: set[str]())
    problems: list[Problem] = field(default_factory=lambda: list[Problem]())


def load(folder: Path | str) -> Loaded | list[Problem]:
    """Reads and checks a centre's folder. A list holds every problem, warnings too, by file
    and line; a Loaded has none but warnings."""
    from roost.definitions.checks import check_all

    draft = _Reader(Path(folder)).read()
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
        )
        for name in draft.folders
    }
    return Loaded(draft.centre, draft.agents, clients, draft.scenarios, tuple(problems))


class _Reader:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.draft = Draft()

    def read(self) -> Draft:
        if not self.root.is_dir():
            mend = "Name the folder that holds centre.yaml"
            self._report(Problem(str(self.root), 0, 0, "no-folder", "no such folder", mend))
            return self.draft
        draft = self.draft
        draft.centre = self._document("centre.yaml", Centre)
        draft.agents = self._document("agents.yaml", Agents)
        self._places(self.root, "", {"centre.yaml", "agents.yaml", "clients", "scenarios"})
        for path in self._listed(self.root / "clients", MOST_CLIENTS):
            if path.is_dir():
                self._client(path.name)
        if not draft.folders:
            mend = "Add clients/NAME/client.yaml"
            self._report(Problem("clients", 0, 0, "no-client", "there is no client", mend))
        for path in self._listed(self.root / "scenarios", MOST_FILES):
            if path.suffix == ".yaml":
                found = self._document(f"scenarios/{path.name}", Scenario)
                if found is not None:
                    draft.scenarios[path.stem] = found
        return draft

    def _report(self, problem: Problem) -> None:
        self.draft.problems.append(problem)

    def _listed(self, folder: Path, most: int) -> list[Path]:
        if not folder.is_dir():
            return []
        found = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        if len(found) > most:
            file = folder.relative_to(self.root).as_posix()
            mend = f"Keep at most {most} in a folder"
            self._report(Problem(file, 0, 0, "too-many", f"{len(found)} files", mend))
        return found[:most]

    def _places(self, folder: Path, prefix: str, known: set[str]) -> None:
        """A file where none is expected is most often a misspelt name."""
        for path in self._listed(folder, MOST_FILES * 2):
            if path.name in known or (path.suffix not in (".yaml", ".yml") and path.is_file()):
                continue
            if path.is_dir() and not prefix:
                continue  # other things may lie beside the definitions
            file = f"{prefix}{path.name}"
            mend = did_you_mean(path.name, known)
            self._report(Problem(file, 0, 0, "unknown-file", "isn't read", mend, Severity.WARNING))

    def _document(self, file: str, model: type[Document]) -> Source[Document] | None:
        path = self.root / file
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            mend = f"Add {file}: {(model.__doc__ or '').split(': ')[-1].strip()}"
            self._report(Problem(file, 0, 0, "no-file", "is missing", mend.rstrip(".")))
            return None
        except OSError as error:
            mend = "Make it a file that can be read"
            self._report(Problem(file, 0, 0, "unreadable", f"{error.strerror}", mend))
            return None
        node, problems = parse(file, content)
        self.draft.problems += problems
        if node is None:
            return None
        document, problems = shape(file, node, model)
        self.draft.problems += problems
        return None if document is None else Source(file, node, document)

    def _client(self, name: str) -> None:
        draft, prefix = self.draft, f"clients/{name}/"
        draft.folders.append(name)
        folder = self.root / "clients" / name
        known = {"client.yaml", "contract.yaml", "flows", "prompts", "apps"}
        self._places(folder, prefix, known)
        client = self._document(f"{prefix}client.yaml", ClientDocument)
        if client is not None:
            draft.clients[name] = client
        draft.flows[name] = {}
        for path in self._listed(folder / "flows", MOST_FILES):
            if path.suffix != ".yaml":
                continue
            flow = self._document(f"{prefix}flows/{path.name}", FlowDocument)
            if flow is None:
                draft.broken_flows.add(f"{name}/{path.stem}")
            else:
                draft.flows[name][path.stem] = flow
        if (folder / "contract.yaml").exists():
            contract = self._document(f"{prefix}contract.yaml", ContractDocument)
            if contract is not None:
                draft.contracts[name] = contract
        draft.recordings[name] = {}
        for path in self._listed(folder / "prompts", MOST_FILES):
            if path.is_file():
                self._recording(name, path)

    def _recording(self, client: str, path: Path) -> None:
        file = f"clients/{client}/prompts/{path.name}"
        mend = "Save it as WAV: 16 bits, one channel, 8000 Hz, under 5 MiB"
        if path.stat().st_size > MOST_RECORDING_BYTES:
            self._report(Problem(file, 0, 0, "too-big", "the recording is too big", mend))
            return
        content = path.read_bytes()
        try:
            with wave.open(io.BytesIO(content)) as heard:
                form = (heard.getsampwidth(), heard.getnchannels(), heard.getframerate())
        except (wave.Error, EOFError):
            form = None
        if form != (2, 1, 8000):
            what = (
                "the recording isn't WAV"
                if form is None
                else (f"the recording has {form[0] * 8} bits, {form[1]} channel(s), {form[2]} Hz")
            )
            self._report(Problem(file, 0, 0, "recording", what, mend))
        self.draft.recordings[client][path.name] = content
