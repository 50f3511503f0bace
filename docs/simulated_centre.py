"""Centres whose past is the simulator's, to be looked at.

    with crowded(folder) as centre: ...     a thousand agents, two hundred queues, long names
    with a_day(folder) as centre: ...       the example's Monday, from opening to close

The log is written to its stream before the real `worker` and `web` read it. Nothing in it is
anybody's.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice, product
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
from centre_pictured import Centre

from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.adapters.clock.wall import CellClock
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.sqlite import SqliteStore
from roost.definitions import load
from roost.definitions.load import Loaded
from roost.floor.definition import Floor
from roost.kernel.envelope import Envelope
from roost.kernel.ids import OPERATOR, StreamName
from roost.kernel.time import HOUR, SECOND, DurationUs, InstantUs
from roost.ports.accounts import Role
from roost.ports.log import Batch
from roost.processes import first_start, settings, sockets
from roost.processes.places import Places
from roost.processes.putting_in_force import plan, write_settings
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import ANY, HALF_HOUR, Behaviour, Handling, Scenario, all_day

EXAMPLE: Final = Path(__file__).parents[1] / "examples" / "power-grid"
SUPERVISOR: Final = "supervisor"
ADMIN: Final = "admin"
PASSWORD: Final = "correct horse battery staple"  # noqa: S105 - of a centre that goes with its pictures
DAY: Final = "2026-03-02"  # of the example's scenario
NEXT_DAY: Final = "2026-03-03"
AGENTS: Final = 1_000
CALLS: Final = 2_700
LENGTH_US: Final = 30 * 60 * SECOND
START_S: Final = 60.0
MAIN: Final = "rheinisch-westfaelische-elektrizitaet"
CLIENTS: Final = {
    MAIN: "Rheinisch-Westfälische Elektrizitätsversorgungsgesellschaft mbH & Co. KG",
    "bundesanstalt-immobilien": "Bundesanstalt für Immobilienaufgaben und Liegenschaftsverwaltung",
    "lanzhou-pension": "兰州新区城乡居民基本养老保险服务中心有限责任公司",
    "hypotheken-wechselbank": "Süddeutsche Hypotheken- und Wechselbankaktiengesellschaft",
    "northwest-rail": "西北铁路客运票务信息咨询与投诉受理联合服务有限公司",
    "short": "Uhu",
}
AREAS: Final = (
    "stoerungsannahme", "rechnungsauskunft", "zaehlerstandsmeldung", "vertragsangelegenheiten",
    "umzugsservice", "beschwerdemanagement", "baustromanschluesse", "photovoltaik-einspeisung",
    "forderungsmanagement",
)  # fmt: skip
CODE: Final = "zaehlerstand-am-telefon-aufgenommen"
PLACES: Final = ("ulm", "frankfurt", "garmisch", "lanzhou")
FIRST: Final = (
    "Maximiliane-Sophie", "Li", "阿依古丽", "Friedrich-Wilhelm", "Jo", "欧阳", "Anastasia",
    "Thiruvenkatanathan", "María del Carmen", "司马",
)  # fmt: skip
LAST: Final = (
    "von Leutheusser-Schnarrenberger", "Na", "买买提·阿不都热依木", "Freiherr zu Guttenberg",
    "Ng", "慕容晓晓", "Papadimitrakopoulou", "Wolfeschlegelsteinhausen", "Fernández de la Vega",
    "相如",
)  # fmt: skip


@contextmanager
def crowded(folder: Path, busy: bool = True) -> Iterator[Centre]:
    """Half an hour of calls that ends now; without `busy` nobody is there and nobody has called."""
    launch = _prepared(folder, _crowd)
    _happened(launch, lambda _, floor: _half_an_hour(floor, busy))
    with _running(launch, folder / "log") as url:
        yield Centre(url, {SUPERVISOR: PASSWORD, ADMIN: PASSWORD})


@contextmanager
def a_day(folder: Path) -> Iterator[Centre]:
    """The example's centre after the day of its scenario (see DAY)."""
    launch = _prepared(folder, lambda _: None)

    def monday(loaded: Loaded, floor: Floor) -> Iterable[Envelope]:
        return Simulation(floor, scenario_of(loaded, "day"), seed=1).run().log

    _happened(launch, monday)
    with _running(launch, folder / "log") as url:
        yield Centre(url, {SUPERVISOR: PASSWORD, ADMIN: PASSWORD})


def _prepared(folder: Path, changes: Callable[[Path], None]) -> settings.Launch:
    centre = folder / "centre"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(EXAMPLE, centre)
    changes(centre)
    launch = settings.launch(centre, folder / "data", http_port=sockets.free_port())
    first_start.prepare(launch, [])
    launch.places.run.mkdir(mode=0o700)
    launch.places.launch.write_bytes(msgspec.json.encode(launch))
    accounts = SqliteAccounts(launch.places.accounts)
    accounts.create(OPERATOR, SUPERVISOR, Role.SUPERVISOR, None, PASSWORD)
    admin = next(one for one in accounts.listing(None) if one.name == ADMIN)
    accounts.set_password(admin.id, PASSWORD)
    accounts.close()
    return launch


def _crowd(centre: Path) -> None:
    shutil.rmtree(centre / "clients")
    shutil.rmtree(centre / "scenarios")
    (centre / "agents.yaml").write_text(json.dumps({"agents": dict(_agents())}))
    contract = (EXAMPLE / "clients" / "power-grid" / "contract.yaml").read_text()
    for place, (client, name) in enumerate(CLIENTS.items()):
        at = centre / "clients" / client
        (at / "flows").mkdir(parents=True)
        (at / "contract.yaml").write_text(contract)
        (at / "client.yaml").write_text(json.dumps(_client(name, place)))
        (at / "flows" / "main.yaml").write_text(json.dumps(_flow()))


def _agents() -> Iterator[tuple[str, dict[str, Any]]]:
    names = [f"{first} {last}" for last, first in product(LAST, FIRST)]
    for place in range(AGENTS):
        yield (
            str(1_001 + place),
            {
                "name": names[place * 7 % len(names)],
                "team": ("day", "late")[place % 2],
                "skills": {"general": 1 + place % 3},
            },
        )


def _queues() -> list[str]:
    return [f"{area}-{place}" for area, place in product(AREAS, PLACES)]


def _client(name: str, place: int) -> dict[str, Any]:
    queue = {
        "skills": {"general": 1}, "ring": "15s", "wrap_up": "30s",
        "service_level": {"within": "20s", "short": "5s"},
    }  # fmt: skip
    return {
        "name": name,
        "language": "de",
        "numbers": {str(95_598 + place): "main"},
        "queues": dict.fromkeys(_queues(), queue),
        "default_queue": _queues()[0],
        "sorry": {"music": "soft"},
        "record": False,
        "wrap_up_codes": [
            {"code": CODE, "label": "Zählerstand"},
            {"code": "other", "label": "Sonstiges"},
        ],
    }


def _flow() -> dict[str, Any]:
    """The area by one key, the place by the next."""
    steps: dict[str, Any] = {"answer": {"answer": True}}
    keys = {str(1 + place): f"choose-{area}" for place, area in enumerate(AREAS)}
    steps["area"] = _menu(keys)
    for area in AREAS:
        steps[f"choose-{area}"] = _menu(
            {str(1 + at): f"{area}-{place}" for at, place in enumerate(PLACES)}
        )
    for queue in _queues():
        steps[queue] = {
            "queue": {
                "to": queue,
                "waiting": [{"music": "soft"}],
                "most": "10m",
                "otherwise": "done",
            }
        }
    steps["done"] = {"hang_up": "done"}
    return {"about": "By area and place", "steps": steps}


def _menu(choices: dict[str, str]) -> dict[str, Any]:
    return {
        "menu": {
            "say": {"music": "soft"}, "choices": choices, "first": "4s", "attempts": 3,
            "otherwise": next(iter(choices.values())),
        }
    }  # fmt: skip


def _happened(launch: settings.Launch, past: Callable[[Loaded, Floor], Iterable[Envelope]]) -> None:
    """Definitions in force, and the stream."""
    loaded = load(Path(launch.centre))
    if not isinstance(loaded, Loaded):
        raise SystemExit("\n".join(str(problem) for problem in loaded))
    places = Places(launch.places.data)
    store = SqliteStore(places.streams, KeyFile(places.keys, places.master))
    made = plan(store, loaded, "nobody's")
    write_settings(store, CellClock(), made)
    writer = store.writer(StreamName("cell-1"))
    log = iter(past(loaded, made.configure.floor))
    while batch := list(islice(log, 1_000)):
        writer.append(Batch(batch))
    writer.close()


def _half_an_hour(floor: Floor, busy: bool) -> Iterator[Envelope]:
    now = InstantUs(time.time_ns() // 1_000)
    keys = tuple((str(1 + place), 9 - place) for place in range(len(PLACES)))
    people = tuple(agent.id for agent in floor.agents) if busy else ()
    scenario = Scenario(
        number=next(one.number for one in floor.numbers if one.client == MAIN),
        shifts=all_day(people, HOUR),
        arrivals=(round(CALLS * HALF_HOUR / LENGTH_US) if busy else 0,),
        length_us=DurationUs(LENGTH_US),
        start=InstantUs(now - LENGTH_US),
        behaviour=Behaviour(
            keys=keys,
            handling=((ANY, Handling(400 * SECOND, 40 * SECOND)),),
            codes=((CODE, 1), ("other", 2)),
        ),
    )
    run = Simulation(floor, scenario, seed=1).run()
    return (event for event in run.log if event.at <= now)


@contextmanager
def _running(launch: settings.Launch, log: Path) -> Iterator[str]:
    """The processes that pages need: `worker` folds the records, `web` serves."""
    port = launch.settings.http.port
    listening = socket.create_server(("127.0.0.1", port))
    handle = listening.fileno()
    environment = os.environ | {sockets.VARIABLE: f"http={handle}"}
    with log.open("wb") as output:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "roost.processes", role, str(launch.places.launch)],
                env=environment, pass_fds=(handle,), stdout=output, stderr=output,
            )
            for role in ("worker", "web")
        ]  # fmt: skip
    listening.close()
    url = f"http://127.0.0.1:{port}"
    try:
        _answers(url)
        yield url
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


def _answers(url: str) -> None:
    end = time.monotonic() + START_S
    with httpx.Client(base_url=url, timeout=5.0, trust_env=False) as client:
        while time.monotonic() < end:
            try:
                client.get("/api/health")
            except httpx.HTTPError:
                time.sleep(0.2)
            else:
                return
    raise SystemExit(f"the pages of the crowded centre didn't come up within {START_S:.0f} s")
