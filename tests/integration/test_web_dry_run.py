"""A dry run through the API: as the command line says it, as far as somebody sees."""

import asyncio
from pathlib import Path
from typing import NoReturn

from roost.definitions.difference import Change, ChangeKind
from roost.definitions.problems import Problem, Severity
from roost.definitions.would_change import Busy, Failed, WouldChange
from roost.floor.consequences import (
    AgentsChange,
    Consequences,
    PromiseChange,
    WaitingChange,
)
from roost.kernel.ids import OPERATOR
from roost.kernel.messages import Refusal
from roost.ports.accounts import Role
from roost.web.testing import PASSWORD, SmallCentre

GRID, WATER = "power-grid/calls", "water/calls"
FOUND = WouldChange(
    "abc",
    (
        Change("agents.yaml", "agents.1001.skills.calls", ChangeKind.CHANGED, "5", "4"),
        Change("agents.yaml", "agents.1002.skills.calls", ChangeKind.CHANGED, "5", "4"),
        Change("clients/power-grid/client.yaml", "queues.calls.ring", ChangeKind.ADDED, "", "9s"),
        Change("clients/power-grid/contract.yaml", "rate", ChangeKind.ADDED, "", "3.20"),
        Change("clients/water/client.yaml", "record", ChangeKind.REMOVED, "true"),
    ),
    Consequences(
        0,  # type: ignore[arg-type]
        (
            WaitingChange("C7", 5, GRID, 80_000_000, rung="1001"),  # type: ignore[arg-type]
            WaitingChange("C8", 6, WATER, 7_000_000, 3, 1),  # type: ignore[arg-type]
        ),
        (),
        (AgentsChange(("1001", "1002"), 2, (GRID,), (WATER,)),),  # type: ignore[arg-type]
        (PromiseChange("water/fast", 800_000, 925_000, 9, 10),),
    ),
    (Problem("centre.yaml", 3, 1, "unused", "No queue asks for it", "Drop it", Severity.WARNING),),
)
RUN = "/api/definitions/dry-run"


def test_whoever_sees_all_gets_all_of_it_in_the_command_lines_words(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            centre.would_change = lambda: FOUND
            admin = await centre.login("admin")
            found = (await admin.post(RUN)).json()
            assert (found["version"], len(found["changes"])) == ("abc", 5)
            assert found["problems"][0]["code"] == "unused"
            assert found["now"]["waiting"][0]["rung"] == "1001"
            assert [one["en"] for one in found["said"]] == [
                "power-grid-5  waits in calls 1:20  1001 is rung at once",
                "water-6  waits in calls 0:07  earlier: place 3 → 1",
                f"agent 1001, 1002 (2 here)  + {GRID}  - {WATER}",
                "promise water/fast  80 % → 92.5 %; 9 of 10 in time so far, missed as it stands",
            ]
            assert found["said"][0]["zh"] == "power-grid-5 在 calls 等待 1:20：立即振铃 1001"

    asyncio.run(story())


def test_a_supervisor_gets_what_their_teams_see_and_no_money(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            centre.would_change = lambda: FOUND
            night = ("night",)
            made = centre.accounts.create(OPERATOR, "xu", Role.SUPERVISOR, None, PASSWORD, night)
            assert not isinstance(made, Refusal)
            centre.people["xu"] = made
            wang, xu = await centre.login("wang"), await centre.login("xu")
            whole, part = (await wang.post(RUN)).json(), (await xu.post(RUN)).json()
            assert len(whole["changes"]) == len(FOUND.changes) - 1
            assert not any("contract" in one["file"] for one in whole["changes"])
            assert len(whole["said"]) == 4
            assert (part["changes"], part["said"]) == ([], [])
            assert part["now"]["agents"] == part["now"]["waiting"] == part["now"]["promises"] == []

    asyncio.run(story())


def test_one_at_a_time_and_a_broken_one_is_said(tmp_path: Path) -> None:
    async def story() -> None:
        def busy() -> NoReturn:
            raise Busy

        def broken() -> NoReturn:
            raise Failed("no disk")

        async with SmallCentre(tmp_path) as centre:
            wang, chen = await centre.login("wang"), await centre.login("chen")
            centre.would_change = busy
            assert (await wang.post(RUN)).json()["code"] == "dry_run_running"
            centre.would_change = broken
            answer = await wang.post(RUN)
            assert (answer.status_code, answer.json()["code"]) == (503, "dry_run_failed")
            assert "no disk" in answer.json()["title"] + answer.text
            assert (await chen.post(RUN)).status_code == 403

    asyncio.run(story())
