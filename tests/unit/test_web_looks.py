"""What pages call things: the definitions in force, as they change."""

import asyncio
from pathlib import Path

import msgspec

from roost.definitions.application import logo_id
from roost.definitions.messages import DefinitionsApplied
from roost.kernel.envelope import Envelope
from roost.kernel.ids import OPERATOR, ClientId, Digest, owner_of
from roost.kernel.messages import VaultPut
from roost.ports.log import Batch
from roost.web.testing import SETTINGS_STREAM, SmallCentre

POWER, WATER = ClientId("power-grid"), ClientId("water")


def applied(centre: SmallCentre, documents: dict[str, str]) -> Envelope:
    event = DefinitionsApplied(
        version=Digest("2"), floor=Digest("2"), voice="", zones="", documents=documents
    )
    kind, now = "definitions.DefinitionsApplied", centre.clock.now()
    return Envelope(SETTINGS_STREAM, 2, kind, 1, OPERATOR, None, now, "setup", "apply/2", event)


def test_names_change_when_definitions_do(tmp_path: Path) -> None:
    asyncio.run(changed(tmp_path))


async def changed(tmp_path: Path) -> None:
    async with SmallCentre(tmp_path) as centre:
        before = centre.parts.looks.now()
        assert before.clients[POWER].name == "Power-Grid"
        assert before.clients[POWER].directory[0].name == "Repair crew"
        assert centre.parts.looks.logo(POWER) is None
        document = {
            "name": "The Grid", "language": "en", "numbers": {}, "queues": {},
            "default_queue": "", "sorry": "S", "desk": {"logo": "grid.png"},
        }  # fmt: skip
        documents = {
            "clients/power-grid/client.yaml": msgspec.json.encode(document).decode(),
            "clients/power-grid/grid.png": '{"sha256":"abc"}',
        }
        logo = VaultPut(logo_id(POWER), owner_of(POWER), b"\x89PNG\r\n\x1a\n")
        centre.store.writer(SETTINGS_STREAM).append(Batch((applied(centre, documents),), (logo,)))
        after = centre.parts.looks.now()
        assert (after.clients[POWER].name, after.clients[POWER].logo) == ("The Grid", "abc")
        assert WATER not in after.clients
        picture = centre.parts.looks.logo(POWER)
        assert picture is not None
        assert (picture.type, picture.content[:4]) == ("image/png", b"\x89PNG")
        assert centre.parts.looks.logo(WATER) is None
