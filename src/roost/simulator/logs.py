"""A centre's data folder as the past that the twin plays again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from roost.adapters.store.sqlite import SqliteReader
from roost.definitions.messages import SETTINGS_EVENTS, DefinitionsApplied
from roost.definitions.times import zone
from roost.engine.bodies import Decoder
from roost.floor.cell import ROOM
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, StreamName
from roost.kernel.time import InstantUs, Zone
from roost.office.books import fold_contract
from roost.office.contracts.model import Contract
from roost.office.measures.intervals import Grain
from roost.ports.log import LogReader
from roost.simulator.history import History, NothingThere, Past
from roost.simulator.loading import instant
from roost.simulator.outcome import Frame
from roost.simulator.run import STREAM

SETTINGS: Final = StreamName("settings")
AT_ONCE: Final = 2_000


class NoPeriod(Exception):
    """The text names no time."""


def past(
    data: Path,
    period: str,
    grain: Grain,
    agent_hour: str,
    otherwise: tuple[Zone, tuple[Contract, ...]] | None = None,
) -> Past:
    """A period of the log under a data folder; zone and contracts are the log's own, `otherwise`
    these. Raises NoPeriod, NothingThere."""
    streams = data / "streams"
    if not (streams / f"{STREAM}.db").exists():
        raise NothingThere(f"{data} holds no log of {STREAM}")
    reader = SqliteReader(streams)
    try:
        around, contracts = _settings(reader, streams) or otherwise or (zone("UTC"), ())
        since, until = span_of(period, around)
        history = History(since, until, Frame(around, grain, contracts, agent_hour))
        history.take(_events(reader, STREAM, Decoder.of(ROOM)))
        return history.past()
    finally:
        reader.close()


def span_of(period: str, around: Zone) -> tuple[InstantUs, InstantUs]:
    """ "2026-11-24", or "2026-11-24T08:00/2026-11-24T20:00", on the centre's wall. Raises
    NoPeriod."""
    first, slash, last = period.partition("/")
    try:
        begin = datetime.fromisoformat(first)
        end = datetime.fromisoformat(last) if slash else begin + timedelta(days=1)
    except ValueError:
        begin = end = datetime(1970, 1, 1)  # noqa: DTZ001 - a local time
    if end <= begin or begin.tzinfo or end.tzinfo:
        mend = "write 2026-11-24, or 2026-11-24T08:00/2026-11-24T20:00"
        raise NoPeriod(f"{period!r} is no period: {mend}")
    return instant(begin, around), instant(end, around)


def _events(reader: LogReader, stream: StreamName, decoder: Decoder) -> Iterator[Envelope]:
    after = 0
    while rows := reader.read(stream, after, AT_ONCE):
        yield from map(decoder.envelope, rows)
        after = rows[-1].number


def _settings(reader: LogReader, streams: Path) -> tuple[Zone, tuple[Contract, ...]] | None:
    """The centre's zone and contracts, as they are now."""
    if not (streams / f"{SETTINGS}.db").exists():
        return None
    contracts: dict[ClientId, Contract] = {}
    around: Zone | None = None
    for envelope in _events(reader, SETTINGS, Decoder(SETTINGS_EVENTS, {})):
        body = envelope.body
        if isinstance(body, DefinitionsApplied):
            centre: dict[str, Any] = msgspec.json.decode(body.documents["centre.yaml"])
            around = zone(centre["zone"])
        else:
            fold_contract(contracts, envelope)
    return None if around is None else (around, tuple(contracts.values()))
