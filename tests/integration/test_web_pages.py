"""The pages beside the API: what is kept how long, under which policy, and what isn't served."""

import asyncio
import gzip
from pathlib import Path

from roost.web.testing import SmallCentre

INDEX = '<!doctype html><meta name="roost-nonce" content="__NONCE__"><div id="root"></div>'


def built(folder: Path) -> Path:
    dist = folder / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / ".vite").mkdir()
    (dist / "index.html").write_text(INDEX)
    (dist / "assets" / "app-abc.js").write_text("run()")
    (dist / "assets" / "app-abc.js.gz").write_bytes(gzip.compress(b"run()"))
    (dist / ".vite" / "manifest.json").write_text("{}")
    (folder / "secret.txt").write_text("not for anybody")
    return dist


def test_every_address_of_a_page_is_the_index_under_a_policy_of_its_own(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, pages=built(tmp_path)) as centre:
            for address in ("/", "/floor", "/contacts?open=power-grid-17", "/.vite/manifest.json"):
                answer = await centre.anybody().get(address)
                assert answer.status_code == 200
                assert "root" in answer.text
                assert answer.headers["cache-control"] == "no-store"
                policy = answer.headers["content-security-policy"]
                assert "unsafe" not in policy
                assert "default-src 'none'" in policy
                nonce = policy.split("'nonce-")[1].split("'")[0]
                assert f'content="{nonce}"' in answer.text
            again = await centre.anybody().get("/")
            assert nonce not in again.text, "a nonce is used once"

    asyncio.run(story())


def test_assets_are_kept_for_ever_and_come_compressed(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, pages=built(tmp_path)) as centre:
            packed = await centre.anybody().get("/assets/app-abc.js")
            assert packed.text == "run()"
            assert packed.headers["content-encoding"] == "gzip"
            assert "immutable" in packed.headers["cache-control"]
            assert packed.headers["content-type"] == "text/javascript"
            plain = {"accept-encoding": "identity"}
            answer = await centre.anybody().get("/assets/app-abc.js", headers=plain)
            assert answer.text == "run()"
            assert "content-encoding" not in answer.headers
            gone = await centre.anybody().get("/assets/app-old.js")
            assert gone.status_code == 404

    asyncio.run(story())


def test_nothing_outside_of_the_build_is_served_and_nothing_is_written(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, pages=built(tmp_path)) as centre:
            for address in ("/../secret.txt", "/assets/../../secret.txt", "/assets/%2e%2e/index"):
                answer = await centre.anybody().get(address)
                assert "not for anybody" not in answer.text
            assert (await centre.anybody().post("/floor")).status_code == 405
            unknown = await centre.anybody().get("/api/nothing")
            assert unknown.headers["content-type"] == "application/problem+json"

    asyncio.run(story())


def test_a_centre_without_built_pages_says_how_to_build_them(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, pages=tmp_path / "nothing") as centre:
            answer = await centre.anybody().get("/")
            assert answer.status_code == 503
            assert "make setup" in answer.text
            assert (await centre.anybody().get("/api/health")).status_code in (200, 503)

    asyncio.run(story())


def test_a_newer_build_is_served_without_a_restart(tmp_path: Path) -> None:
    async def story() -> None:
        dist = built(tmp_path)
        async with SmallCentre(tmp_path, pages=dist) as centre:
            await centre.anybody().get("/")
            (dist / "assets" / "app-def.js").write_text("newer()")
            (dist / "index.html").unlink()
            (dist / "index.html").write_text(INDEX + "newer")
            assert (await centre.anybody().get("/")).text.endswith("newer")
            assert (await centre.anybody().get("/assets/app-def.js")).text == "newer()"

    asyncio.run(story())
