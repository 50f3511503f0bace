"""The sections of a contract's version: what stands beside programmes, and each programme."""

from collections.abc import Iterator

from msgspec import UNSET, Struct, UnsetType

from roost.definitions.contract_documents import (
    CapsDocument,
    ContractDocument,
    ForecastDocument,
    LineDocument,
    VersionDocument,
)
from roost.definitions.service_documents import TermDocument

Where = tuple[str | int, ...]


class Section(Struct, frozen=True):
    """A programme, or ("") what isn't in one. `queues` None: all that no programme has."""

    name: str
    path: Where
    lines: list[LineDocument]
    service: list[TermDocument]
    minimum: str
    caps: CapsDocument | UnsetType
    forecast: ForecastDocument | UnsetType
    queues: list[str] | None = None


def sections(contract: ContractDocument, index: int) -> Iterator[Section]:
    """A version's sections."""
    version: VersionDocument = contract.versions[index]
    path = ("versions", index)
    yield Section(
        "",
        path,
        version.lines,
        version.service,
        version.minimum,
        version.caps,
        version.forecast,
    )
    for name, one in version.programmes.items():
        yield Section(
            name,
            (*path, "programmes", name),
            one.lines,
            one.service,
            one.minimum,
            one.caps,
            one.forecast,
            one.queues,
        )


def plain(line: LineDocument) -> bool:
    """A quantity by one rate: it may change inside a month."""
    other = (line.included, line.anchor, line.fte)
    return (
        not line.bands
        and all(one is UNSET for one in other)
        and line.measure not in ("fixed", "cost", "fte")
    )
