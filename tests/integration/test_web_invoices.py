"""A client's month over the API: finance, a second person and the client's people, each from their
own browser; and the wall between clients."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from integration.office_desk import TERMS, office
from integration.test_web_permissions import in_progress
from roost.office.contracts.period import period_of
from roost.web.testing import SmallCentre

STATEMENTS = "/api/invoices/statements"


def ok(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def code(answer: httpx.Response) -> str:
    assert answer.status_code in (403, 404, 409), answer.text
    return answer.json()["code"]


def test_a_month_is_disputed_confirmed_issued_and_credited(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, office=office) as centre:
            await in_progress(centre)
            qian, admin, chen, sun = [
                await centre.login(name) for name in ("qian", "admin", "chen", "sun")
            ]
            month = period_of(TERMS.zone, centre.clock.now())
            own = f"{STATEMENTS}/power-grid/{month}"
            frozen = ok(await qian.post(f"{own}/freeze"))
            assert frozen["summary"]["gross"] == {"currency": "CNY", "minor": 530}
            assert code(await chen.post(f"{own}/freeze")) == "not_permitted"
            assert code(await qian.post(f"{own}/confirm", json={"revision": 1})) == "not_permitted"

            training = {
                "item": "training", "text": "Training", "day": day_of(month), "rate": "100.00",
                "tax": "standard",
            }  # fmt: skip
            told = ok(await qian.post("/api/invoices/told/power-grid/items", json=training))
            assert told["items"][0]["item"] == "i1"
            frozen = ok(await qian.post(f"{own}/freeze"))
            words = {
                "words": "No training was held",
                "lines": [frozen["frozen"]["draft"]["lines"][1]["name"]],
            }
            disputed = ok(await chen.post(f"{own}/disputes", json=words))
            assert disputed["disputes"][0]["words"] == "No training was held"
            assert code(await chen.post(f"{own}/confirm", json={"revision": 2})) == "disputes_open"
            rejected = {"verdict": "reject", "words": "It was, on the 3rd"}
            ok(await qian.post(f"{own}/disputes/d1/settle", json=rejected))
            seen = ok(await chen.get(own))
            assert seen["disputes"][0]["answer"] == "It was, on the 3rd"
            assert seen["disputes"][0]["answered_by"] is None, "who of the operator's isn't told"
            ok(await chen.post(f"{own}/confirm", json={"revision": 2}))
            assert code(await qian.post(f"{own}/issue")) == "second_person"
            issued = ok(await admin.post(f"{own}/issue"))
            (document,) = issued["summary"]["documents"]

            wrong = {"words": "Wrong number", "contacts": ["power-grid-1"]}
            ok(await chen.post(f"{own}/disputes", json=wrong))
            ok(await qian.post(f"{own}/disputes/d2/settle", json={"verdict": "accept"}))
            ok(await qian.post(f"{own}/freeze"))
            credited = ok(await admin.post(f"{own}/issue"))
            assert [one["kind"] for one in credited["summary"]["documents"]] == [
                "invoice",
                "credit_note",
            ]
            credit = credited["summary"]["documents"][1]
            assert credit["gross"] == {"currency": "CNY", "minor": -530}
            await documents(qian, chen, sun, document["number"])
            gone = f"{STATEMENTS}/power-grid/2020-01"
            theirs, nobodys = await sun.get(own), await sun.get(gone)
            assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)

    asyncio.run(story())


async def documents(
    qian: httpx.AsyncClient, chen: httpx.AsyncClient, sun: httpx.AsyncClient, number: str
) -> None:
    one = f"/api/invoices/documents/{number}"
    given = {"fapiao": [{"number": "24522000000012345678", "day": "2026-12-04"}]}
    assert ok(await qian.post(f"{one}/fapiao", json=given))["fapiao"] == given["fapiao"]
    whole = ok(await chen.get(one))
    assert whole["by"] is None
    assert "known" not in whole["document"], "how much there is of others"
    printed = await chen.get(f"{one}/pdf?language=zh")
    assert printed.content == f"%PDF {number} zh".encode()
    assert (await chen.get(f"{one}/ubl")).content.startswith(b"<?xml")
    for what in ("fapiao", "journal"):
        table = await qian.get(
            f"/api/invoices/export?what={what}&since=2020-01-01&until=9999-12-31"
        )
        assert number in table.text
        as_sheet = f"/api/invoices/export?what={what}&since=2020-01-01&until=9999-12-31&as=xlsx"
        assert (await qian.get(as_sheet)).content.startswith(b"PK")
    assert ok(await sun.get("/api/invoices/documents")) == []
    for path in ("", "/pdf", "/ubl"):
        theirs = await sun.get(f"{one}{path}")
        nobodys = await sun.get(f"/api/invoices/documents/GY-1999-000001{path}")
        assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)


def day_of(month: str) -> int:
    from roost.office.contracts.period import days_of

    return days_of(month)[0] + 2


def test_an_exclusion_is_declared_by_finance_and_accepted_by_the_client(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, office=office) as centre:
            qian, chen, sun = [await centre.login(name) for name in ("qian", "chen", "sun")]
            own = "/api/invoices/told/power-grid"
            storm = {"start": 1_000, "end": 2_000, "words": "A storm"}
            made = ok(await qian.post(f"{own}/exclusions", json=storm))
            assert made["exclusions"][0]["accepted"] is False
            path = f"{own}/exclusions/x1"
            assert code(await qian.post(f"{path}/answer", json={"accepted": True})) == (
                "not_permitted"
            )
            assert code(await sun.post(f"{path}/answer", json={"accepted": True})) == "not_found"
            ok(await chen.post(f"{path}/answer", json={"accepted": True}))
            assert ok(await chen.get(own))["exclusions"][0]["accepted"] is True
            asked = {"period": "2026-12", "first_day": 20_790, "counts": [100]}
            forecast = await chen.post(f"{own}/forecasts", json=asked)
            assert code(forecast) == "no_forecast_asked"
            assert ok(await qian.delete(path))["exclusions"] == []

    asyncio.run(story())
