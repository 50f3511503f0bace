"""Reports over the API: figures that open, files, an agent's day, the curve, who sees what."""

import asyncio
import csv
import io
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from openpyxl import load_workbook

from roost.floor import definition
from roost.kernel.actor import SETUP
from roost.web.report_files import safe
from roost.web.testing import SmallCentre

from .test_web_permissions import in_two_teams


async def some_contacts(centre: SmallCentre) -> dict[str, httpx.AsyncClient]:
    """Two answered by 1001 (one of each client), one given up, one ring missed by 1002."""
    people = {name: await centre.login(name) for name in ("li", "zhao", "wang", "chen", "admin")}
    li, zhao = people["li"], people["zhao"]
    await li.post("/api/desk/sign-in")
    await centre.register("1001")
    await li.post("/api/desk/ready")
    for client in ("power-grid", "water"):
        contact = await centre.call(client)
        await centre.answer("1001")
        await centre.hang_up(contact)
        await li.post("/api/desk/wrap-up", json={"code": "solved"})
    await li.post("/api/desk/away", json={"reason": "break"})
    await zhao.post("/api/desk/sign-in")
    await centre.register("1002")
    await zhao.post("/api/desk/ready")
    contact = await centre.call("power-grid")
    await zhao.post("/api/desk/decline")
    await centre.hang_up(contact)
    return people


async def read(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def span(centre: SmallCentre) -> str:
    now = centre.clock.now()
    return f"from={now - 3_600 * 10**6}&to={now + 3_600 * 10**6}&interval=whole"


def test_every_figure_opens_to_the_contacts_that_it_counts(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            people = await some_contacts(centre)
            wang = people["wang"]
            opened = 0
            for by in ("queues", "clients", "agents", "codes"):
                report = await read(wang, f"/api/reports/{by}?{span(centre)}")
                units = {one["measure"]: one for one in report["columns"]}
                for row in report["rows"]:
                    for name, figure in row["figures"].items():
                        if not units[name]["opens"]:
                            continue
                        page = await read(wang, f"/api/contacts?measure={name}&{row['opens']}")
                        assert page["cursor"] is None
                        if units[name]["unit"] in ("contacts", "segments", "rings"):
                            assert sum(one["counted"] for one in page["contacts"]) == figure
                        opened += 1
            assert opened > 100
            report = await read(wang, f"/api/reports/queues?{span(centre)}")
            grid = next(row for row in report["rows"] if row["key"] == "power-grid/calls")
            assert (grid["figures"]["offered"], grid["figures"]["answered"]) == (2, 1)
            assert grid["figures"]["declined"] == 1
            assert grid["figures"]["abandonment"] == 0.0  # a short one

    asyncio.run(story())


def test_clients_people_see_their_own_and_no_agents(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            people = await some_contacts(centre)
            for by in ("queues", "clients", "codes"):
                for more in ("", "&client=water", "&queue=water/calls"):
                    answer = await people["chen"].get(f"/api/reports/{by}?{span(centre)}{more}")
                    assert "water" not in answer.text.replace("water%2F", "")
            report = await read(people["chen"], f"/api/reports/clients?{span(centre)}")
            assert [row["key"] for row in report["rows"]] == ["power-grid"]
            assert report["rows"][0]["figures"]["contacts"] == 2
            for path in ("agents", "agent-day?agent=1001&"):
                address = path if "?" in path else f"{path}?"
                answer = await people["chen"].get(f"/api/reports/{address}{span(centre)}")
                assert answer.status_code == 403

    asyncio.run(story())


def test_an_agent_sees_the_own_part_a_supervisor_the_teams(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await centre.do(definition.Configure(in_two_teams()), SETUP)
            people = await some_contacts(centre)
            assert "xu" not in people
            asked = f"/api/reports/agents?{span(centre)}"
            keys = [row["key"] for row in (await read(people["wang"], asked))["rows"]]
            assert keys == ["1001", "1002"]
            own = (await read(people["li"], asked))["rows"]
            assert [row["key"] for row in own] == ["1001"]
            assert own[0]["figures"]["handled"] == 2
            by_queue = await read(people["zhao"], f"/api/reports/queues?{span(centre)}")
            assert all("offered" not in row["figures"] for row in by_queue["rows"])
            other = await people["li"].get("/api/reports/agent-day?agent=1002")
            assert other.status_code == 404
            night = await read(people["wang"], f"{asked}&team=night")
            assert [row["key"] for row in night["rows"]] == ["1002"]

    asyncio.run(story())


def test_an_agents_day_is_every_state_and_sums_to_the_time_signed_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            people = await some_contacts(centre)
            day = await read(people["wang"], "/api/reports/agent-day?agent=1001")
            assert day["name"] == "Li Na"
            states = [one["state"] for one in day["spans"]]
            assert states[0] == "away"
            assert states.count("talking") == 2
            assert states[-1] == "away"
            assert day["spans"][-1]["until"] is None
            assert day["spans"][-1]["reason"] == "break"
            talks = [one for one in day["spans"] if one["state"] == "talking"]
            assert [one["contact"] for one in talks] == ["power-grid-1", "water-1"]
            ready = next(one for one in day["spans"] if one["state"] == "ready")
            assert ready["clients"] == ["power-grid", "water"]
            for before, after in pairwise(day["spans"]):
                assert before["until"] == after["since"]
            assert sum(day["states"].values()) == day["figures"]["signed_in_time"]
            assert sum(day["away"].values()) == day["states"]["away"]
            listed = await read(people["wang"], f"/api/contacts?measure=handled&{day['opens']}")
            assert len(listed["contacts"]) == day["figures"]["handled"] == 2
            nobody = await people["wang"].get("/api/reports/agent-day?agent=7777")
            assert nobody.json()["figures"]["occupancy"] is None

    asyncio.run(story())


def test_files_are_complete_and_no_formula_gets_into_a_spreadsheet(tmp_path: Path) -> None:
    assert safe("=cmd()") == "'=cmd()"
    assert [safe(text) for text in ("+1", "-1", "@x", "\tx", "a=b")] == [
        "'+1", "'-1", "'@x", "'\tx", "a=b",
    ]  # fmt: skip

    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            people = await some_contacts(centre)
            wang = people["wang"]
            await people["li"].post("/api/desk/ready")
            asked = f"/api/reports/agents?{span(centre)}&zone=Asia/Kathmandu"
            got = await wang.get(f"{asked}&format=csv")
            assert got.headers["content-type"].startswith("text/csv")
            assert "attachment" in got.headers["content-disposition"]
            lines = list(csv.reader(io.StringIO(got.content.decode("utf-8-sig"))))
            about = {line[0]: line[1] for line in lines if line[0].startswith("#")}
            assert about["# Time zone"].startswith("Asia/Kathmandu (tzdata")
            assert "aht@1" in about["# Definitions"].split()
            assert about["# Generated at"].endswith("+05:45")
            header, *rows = [line for line in lines if not line[0].startswith("#")]
            assert "Average handle time (s)" in header
            assert "Occupancy (%)" in header
            assert {row[0] for row in rows} == {"1001", "1002"}
            assert rows[0][header.index("Name")] == "Li Na"
            assert float(rows[0][header.index("Signed in (s)")]) > 0
            chinese = await wang.get(f"{asked}&format=csv", headers={"Accept-Language": "zh"})
            assert "平均处理时长 (s)" in chinese.text
            xlsx = await wang.get(f"{asked}&format=xlsx")
            book = load_workbook(io.BytesIO(xlsx.content))
            report, meaning = book["Report"], book["About"]
            assert [cell.value for cell in report[1]] == header
            assert report.max_row == 1 + len(rows)
            definitions = [row[1].value for row in meaning.iter_rows() if len(row) > 1]
            assert "service_level@1" not in definitions  # means nothing for agents
            assert "occupancy@1" in definitions
            noted = (await read(people["admin"], "/api/audit?what=DataExported"))["noted"]
            assert [one["about"] for one in noted] == [
                {"what": "reports/agents", "format": kind} for kind in ("xlsx", "csv", "csv")
            ]

    asyncio.run(story())


def test_what_does_not_fit_is_refused_in_words(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            wang = await centre.login("wang")
            for query, code in (
                ("from=2026-01-02&to=2026-01-02", "empty_span"),
                ("from=2026-13-02&to=2026-01-02", "invalid_input"),
                ("from=2026-01-01T25:00&to=2026-01-02", "invalid_input"),
                ("from=2020-01-01&to=2026-01-02&interval=15m", "span_too_long"),
                ("from=2026-01-01&to=2026-01-02&zone=Mars/Base", "unknown_zone"),
                ("from=2026-01-01", "invalid_input"),
            ):
                answer = await wang.get(f"/api/reports/queues?{query}")
                assert answer.status_code == 400, answer.text
                assert answer.json()["code"] == code
            for measure in ("nothing", "occupancy"):
                answer = await wang.get(f"/api/contacts?measure={measure}&from=0&to=1")
                assert answer.json()["code"] == "unknown_measure"
            days = await read(wang, "/api/reports/queues?from=2026-03-07&to=2026-03-10"
                                    "&zone=America/New_York")  # fmt: skip
            assert len(days["intervals"]) == 3
            starts = pairwise(days["intervals"])
            assert [(b - a) // (3_600 * 10**6) for a, b in starts] == [24, 23]
            assert days["rows"] == []

    asyncio.run(story())


def test_the_curve_is_today_until_now(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            people = await some_contacts(centre)
            whole = await read(people["wang"], "/api/reports/curve?interval=1h&zone=Asia/Shanghai")
            assert len(whole["points"]) == 24
            now = centre.clock.now()
            known = [one for one in whole["points"] if one["since"] <= now]
            assert sum(one["offered"] for one in known) == 3
            assert all(one["offered"] is None for one in whole["points"] if one["since"] > now)
            assert whole["weeks"] == 0
            assert all(one["usual"] is None for one in whole["points"])
            queue = await read(people["chen"], "/api/reports/curve?queue=power-grid/calls")
            assert sum(one["offered"] or 0 for one in queue["points"]) == 2
            other = await read(people["chen"], "/api/reports/curve?queue=water/calls")
            assert sum(one["offered"] or 0 for one in other["points"]) == 0
            listed = await read(people["li"], "/api/measures")
            aht = next(one for one in listed if one["id"] == "aht")
            assert (aht["unit"], aht["rule"], aht["version"]) == ("us", "finish", 1)
            assert aht["opens"] == ["handled"]

    asyncio.run(story())


def test_contacts_are_found_by_anything_permitted(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            people = await some_contacts(centre)
            wang, chen = people["wang"], people["chen"]

            async def found(who: httpx.AsyncClient, query: str) -> list[str]:
                page = await read(who, f"/api/contacts?{query}")
                return [one["ref"] for one in page["contacts"]]

            mine = "client=power-grid&caller="
            every = ["power-grid-2", "power-grid-1"]
            assert await found(wang, f"{mine}13800138000") == every
            assert await found(wang, f"{mine}138%200013-8000") == every
            assert await found(wang, f"{mine}1380013800") == []
            assert await found(chen, "caller=13800138000") == every
            assert await found(wang, "with=power-grid-1") == every, "another client's is no history"
            assert await found(chen, "with=power-grid-2&outcome=answered") == ["power-grid-1"]
            assert (await chen.get("/api/contacts?with=water-1")).status_code == 404
            assert await found(wang, "with=water-1&client=power-grid") == []
            refused = await wang.get("/api/contacts?caller=13800138000")
            assert refused.json()["code"] == "client_missing"
            assert await found(wang, "number=95599") == ["water-1"]
            assert await found(wang, "ended_by=caller&outcome=abandoned") == ["power-grid-2"]
            assert await found(wang, "ended_why=flow_ended") == []
            assert len(await found(wang, "least_talk_us=1")) == 2
            assert await found(wang, "least_wait_us=3600000000") == []
            assert await found(wang, "message=true") == []
            assert len(await found(wang, "message=false")) == 3
            assert await found(people["li"], "with=water-1") == ["water-1"]
            promised = {"at": centre.clock.now() + 10**9, "ref": "water-1"}
            made = await people["li"].post("/api/tasks", json=promised)
            assert made.status_code == 200, made.text
            await centre.shown()
            (one,) = (await read(wang, "/api/contacts?client=water"))["contacts"]
            assert (one["task"]["kind"], one["task"]["state"]) == ("callback", "open")
            (given_up,) = (await read(wang, "/api/contacts?outcome=abandoned"))["contacts"]
            assert given_up["task"] is None

    asyncio.run(story())


def test_a_player_gets_the_outline_and_the_chapters(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            people = await some_contacts(centre)
            path = "/api/contacts/power-grid-1"
            outline = await read(people["chen"], f"{path}/waveform?pairs=50")
            assert [len(track["peaks"]) for track in outline["tracks"]] == [100, 100]
            assert [track["agent"] for track in outline["tracks"]] == [None, "1001"]
            record = await read(people["chen"], path)
            summary, chapters = record["summary"], record["chapters"]
            kinds = [one["what"] for one in chapters]
            assert [kind for kind in kinds if kind != "flow"] == ["queue", "talk"]
            assert (chapters[0]["since"], chapters[-1]["until"]) == (
                summary["arrived"], summary["ended"],
            )  # fmt: skip
            assert all(a["until"] == b["since"] for a, b in pairwise(chapters))
            assert (await people["chen"].get("/api/contacts/water-1/waveform")).status_code == 404
            none = await people["wang"].get("/api/contacts/power-grid-2/waveform")
            assert none.json()["code"] == "no_recording"

    asyncio.run(story())
