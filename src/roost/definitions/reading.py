"""A folder of definitions, read: each document by itself, with its place.

Only the places that are named here are read, each bounded; nothing is written.
"""

import io
import wave
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Generic, TypeVar

from msgspec import UNSET, Struct

from roost.definitions.billing_documents import BillingDocument
from roost.definitions.contract_documents import ContractDocument
from roost.definitions.documents import (
    Agents,
    Centre,
    ClientDocument,
)
from roost.definitions.edits import Edit, Edits, edited
from roost.definitions.flow_documents import (
    FlowDocument,
)
from roost.definitions.problems import Problem, Severity, did_you_mean
from roost.definitions.scenario_documents import Scenario
from roost.definitions.shapes import shape
from roost.definitions.tree import Node, parse

Document = TypeVar("Document", bound=Struct)

MOST_CLIENTS: Final = 2_000
MOST_FILES: Final = 200  # in one folder
MOST_RECORDING_BYTES: Final = 5 * 1024 * 1024
MOST_ARRIVAL_BYTES: Final = 20 * 1024 * 1024
MOST_LOGO_BYTES: Final = 64 * 1024
PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")  # and WEBP after its size


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


@dataclass
class Draft:
    """What could be read so far: a part is None when its file has problems of its own, and
    the checks that need it are left out, so that one mistake is told once."""

    centre: Source[Centre] | None = None
    agents: Source[Agents] | None = None
    billing: Source[BillingDocument] | None = None
    clients: dict[str, Source[ClientDocument]] = field(
        default_factory=dict[str, Source[ClientDocument]]
    )
    flows: dict[str, dict[str, Source[FlowDocument]]] = field(
        default_factory=dict[str, dict[str, Source[FlowDocument]]]
    )
    contracts: dict[str, Source[ContractDocument]] = field(
        default_factory=dict[str, Source[ContractDocument]]
    )
    recordings: dict[str, dict[str, bytes]] = field(default_factory=dict[str, dict[str, bytes]])
    logos: dict[str, bytes] = field(default_factory=dict[str, bytes])  # by client
    scenarios: dict[str, Source[Scenario]] = field(default_factory=dict[str, Source[Scenario]])
    arrivals: dict[str, str] = field(default_factory=dict[str, str])  # scenarios/*.csv, by name
    folders: list[str] = field(default_factory=list[str])
    broken_flows: set[str] = field(default_factory=set[str])
    problems: list[Problem] = field(default_factory=list[Problem])


def read(folder: Path, edits: Edits | None = None) -> Draft:
    """Reads what's there, changed as `edits` say; `problems` has what's wrong with each file by
    itself."""
    reader = _Reader(folder, dict(edits or {}))
    draft = reader.read()
    for file in reader.edits:
        mend = "Name a file of the folder: clients/NAME/client.yaml"
        draft.problems.append(
            Problem(file, 0, 0, "no-file", "can't be changed: it isn't read", mend)
        )
    return draft


def is_picture(content: bytes) -> bool:
    """Whether it begins as a PNG, JPEG or WebP does."""
    if content.startswith(b"RIFF"):
        return content[8:12] == b"WEBP"
    return content.startswith(PICTURES)


class _Reader:
    def __init__(self, root: Path, edits: dict[str, tuple[Edit, ...]]) -> None:
        self.root = root
        self.edits = edits
        self.draft = Draft()

    def read(self) -> Draft:
        if not self.root.is_dir():
            mend = "Name the folder that holds centre.yaml"
            self._report(Problem(str(self.root), 0, 0, "no-folder", "no such folder", mend))
            return self.draft
        draft = self.draft
        draft.centre = self._document("centre.yaml", Centre)
        draft.agents = self._document("agents.yaml", Agents)
        known = {"centre.yaml", "agents.yaml", "billing.yaml", "clients", "scenarios"}
        self._places(self.root, "", known)
        if (self.root / "billing.yaml").exists():
            draft.billing = self._document("billing.yaml", BillingDocument)
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
            elif path.suffix == ".csv":
                self._arrivals(path)
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
        self.draft.problems += edited(file, node, self.edits.pop(file, ()))
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
            self._logo(name, client)
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

    def _logo(self, name: str, client: Source[ClientDocument]) -> None:
        desk = client.document.desk
        if desk is UNSET or desk.logo is UNSET:
            return
        folder = (self.root / "clients" / name).resolve()
        path = (folder / desk.logo).resolve()
        mend = f"Put a PNG, JPEG or WebP of at most 64 KiB into clients/{name}/"
        if not path.is_relative_to(folder) or not path.is_file():
            what = f"there's no file {desk.logo!r} in the client's folder"
        elif path.stat().st_size > MOST_LOGO_BYTES:
            what = f"the logo has {path.stat().st_size} bytes"
        elif not is_picture(content := path.read_bytes()):
            what = "the logo is no picture that every browser shows"
        else:
            self.draft.logos[name] = content
            return
        self._report(client.wrong(("desk", "logo"), "logo", what, mend))

    def _arrivals(self, path: Path) -> None:
        """One that can't be read is told where it's named."""
        if path.stat().st_size <= MOST_ARRIVAL_BYTES:
            try:
                self.draft.arrivals[path.name] = path.read_text("utf-8-sig")
            except (OSError, UnicodeDecodeError):
                return

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
        except (wave.Error, EOFError, RuntimeError):  # the last for sizes that lie
            form = None
        if form != (2, 1, 8000):
            what = (
                "the recording isn't WAV"
                if form is None
                else (f"the recording has {form[0] * 8} bits, {form[1]} channel(s), {form[2]} Hz")
            )
            self._report(Problem(file, 0, 0, "recording", what, mend))
        self.draft.recordings[client][path.name] = content
