"""The twin by the API: who may ask, what is kept, what is taken away and noted."""

import asyncio
from pathlib import Path

import msgspec

from roost.office.audit.messages import AUDIT
from roost.ports.simulations import (
    Estimate,
    ShownFigure,
    SimulatedRow,
    SimulatedVariant,
    SimulationReport,
    SimulationState,
)
from roost.web.testing import SmallCentre

ROW = SimulatedRow("", "power-grid", "", {"offered": Estimate(645, 2.1)})
RESULT = msgspec.json.encode(
    SimulationReport(
        scenario="day",
        interval="1h",
        seeds=[1, 2],
        currency="CNY",
        variants=[SimulatedVariant("day", [ROW], [], 645, 9_000, 0, 0, 1_000)],
        figures=[ShownFigure("offered", "", 0)],
    )
)


def test_a_scenario_is_played_once_at_a_time_and_its_result_kept(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin = await centre.login("admin")
            (known,) = (await admin.get("/api/scenarios")).json()
            assert known["scenario"] == "day"
            asked = {"scenario": "day", "changes": ["agents=-3"], "seeds": 2}
            begun = await admin.post("/api/simulations", json=asked)
            assert (begun.status_code, begun.json()["by"]) == (201, "admin")
            second = await admin.post("/api/simulations", json=asked)
            assert second.json()["code"] == "simulation_running"
            early = await admin.get("/api/simulations/1/report")
            assert (early.status_code, early.json()["code"]) == (409, "no_result")
            kept = await admin.delete("/api/simulations/1")
            assert kept.json()["code"] == "simulation_running"
            centre.simulations.finish(1, SimulationState.DONE, RESULT)
            (one,) = (await admin.get("/api/simulations")).json()
            assert (one["state"], one["runs"], one["of"]) == ("done", 4, 4)
            assert (await admin.get("/api/simulations/1/report")).content == RESULT
            assert (await admin.delete("/api/simulations/1")).status_code == 204
            assert (await admin.get("/api/simulations/1")).status_code == 404

    asyncio.run(story())


def test_one_that_was_cancelled_makes_room(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin = await centre.login("admin")
            await admin.post("/api/simulations", json={"scenario": "day"})
            assert (await admin.post("/api/simulations/1/cancel")).status_code == 204
            assert (await admin.get("/api/simulations/1")).json()["state"] == "cancelled"
            again = await admin.post("/api/simulations", json={"period": "2026-03-02"})
            assert again.status_code == 201

    asyncio.run(story())


def test_what_is_taken_away_is_noted_and_a_look_is_not(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin = await centre.login("admin")
            await admin.post("/api/simulations", json={"scenario": "day"})
            centre.simulations.finish(1, SimulationState.DONE, RESULT)
            reader = centre.store.reader()
            before = reader.last(AUDIT)
            assert (await admin.get("/api/simulations/1/report")).status_code == 200
            assert reader.last(AUDIT) == before
            file = await admin.get("/api/simulations/1/report?format=json&download=true")
            assert "attachment" in file.headers["content-disposition"]
            noted = (await admin.get("/api/audit?what=DataExported")).json()["noted"]
            assert noted[0]["about"] == {"what": "simulations/1", "format": "json"}

    asyncio.run(story())


def test_nobody_asks_for_a_folder_of_the_machine(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin = await centre.login("admin")
            for asked in (
                {"scenario": "../day"},
                {"scenario": "day", "changes": ["/etc"]},
                {"scenario": "day", "seeds": 100_000},
                {"scenario": "day", "keep": "/tmp/x"},
            ):
                answer = await admin.post("/api/simulations", json=asked)
                assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
            assert (await admin.get("/api/simulations")).json() == []

    asyncio.run(story())
