"""Definitions compiled: hours in zones as data, flows with their versions, what's needed."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from roost.definitions import (
    Loaded,
    application,
    compile_contracts,
    compile_floor,
    difference,
    load,
    needed_prompts,
    times,
)
from roost.definitions.billing import compile_billing
from roost.definitions.documents import Calendar, ClientDesk
from roost.definitions.looks import looks
from roost.definitions.messages import SETTINGS_EVENTS, DefinitionsApplied, NamedAgent
from roost.definitions.needs import PromptKind
from roost.floor.definition import ByHours, Enqueue, Floor, HangUp, Menu, Say, TakeVoicemail
from roost.kernel.ids import AgentId, ClientId, QueueId, VaultId
from roost.kernel.prompts import spoken
from roost.kernel.time import DAY, HOUR, MINUTE, InstantUs
from roost.office.contracts.messages import ContractAgreed, ContractEnded

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
ZONES = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kathmandu",
         "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]  # fmt: skip


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    found = load(EXAMPLE)
    assert isinstance(found, Loaded), found
    return found


def pinned(name: str) -> ZoneInfo:
    """The zone by the pinned package, whatever the machine's own says."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as source:
        return ZoneInfo.from_file(source, key=name)


@pytest.mark.parametrize("name", ZONES)
def test_a_zone_as_data_tells_the_same_wall_time(name: str) -> None:
    zone, info = times.zone(name), pinned(name)
    first = int(datetime(2001, 1, 1, tzinfo=UTC).timestamp())
    edges = [start // 1_000_000 for start in zone.starts[1:40]]
    moments = [first + step * 1_234_567 for step in range(1500)]
    for at in moments + [edge + by for edge in edges for by in (-1, 0, 1)]:
        wall = datetime.fromtimestamp(at, UTC).astimezone(info).replace(tzinfo=UTC)
        assert zone.local(InstantUs(at * 1_000_000)) == int(wall.timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [("0", 0), ("20s", 20_000_000), ("1m30s", 90_000_000), ("1h30m", 5_400_000_000),
     ("0.25s", 250_000), ("7d", 604_800_000_000), ("1d1s", 86_401_000_000)],
)  # fmt: skip
def test_lengths(text: str, microseconds: int) -> None:
    assert times.length(text) == microseconds


def at(zone: str, text: str) -> InstantUs:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return InstantUs(int(moment.timestamp()) * 1_000_000)


def test_hours_hold_on_the_wall_through_a_change_of_clocks() -> None:
    calendar = Calendar(
        weekly={"sat-mon": ["09:00-12:00", "13:00-24:00"]},
        closed=["2026-10-24"],
        special={"2026-10-26": ["10:00-11:00"], "2026-11-01": []},
    )
    hours = times.hours(calendar, "Europe/Berlin")
    opens = {
        "2026-10-23 10:00": False,  # a Friday
        "2026-10-24 10:00": False,  # closed
        "2026-10-25 08:59": False,  # clocks went back this night
        "2026-10-25 09:00": True,
        "2026-10-25 12:00": False,
        "2026-10-25 23:59": True,
        "2026-10-26 09:30": False,
        "2026-10-26 10:30": True,
        "2026-11-01 10:00": False,
        "2026-11-02 10:00": True,
    }
    assert {text: hours.open_at(at("Europe/Berlin", text)) for text in opens} == opens


def test_the_example_becomes_a_floor(loaded: Loaded) -> None:
    floor = compile_floor(loaded, "voice/1")
    assert msgspec.json.decode(msgspec.json.encode(floor), type=Floor) == floor
    (client,), (number,), (flow,) = floor.clients, floor.numbers, floor.flows
    assert (client.default_queue, client.record) == ("power-grid/general", True)
    assert (number.number, number.flow) == ("95598", "power-grid/main")
    assert {queue.id for queue in floor.queues} == {
        "power-grid/outage", "power-grid/bills", "power-grid/general",
    }  # fmt: skip
    assert len(floor.agents) == 12
    assert all(agent.clients == ("power-grid",) for agent in floor.agents)
    assert flow.start == "answer"
    steps = flow.steps
    opening, choose, outage = steps["opening"], steps["choose"], steps["outage"]
    assert isinstance(opening, ByHours)
    assert (opening.open, opening.closed) == ("choose", "night")
    assert opening.hours.open_at(at("Asia/Shanghai", "2026-03-02 12:00"))
    assert isinstance(choose, Menu)
    assert {key: (one.label, one.then) for key, one in choose.choices.items()} == {
        "1": ("outage", "outage"), "2": ("bills", "bills"), "3": ("somebody", "general"),
    }  # fmt: skip
    assert isinstance(outage, Enqueue)
    assert outage.waiting[-1] == "built-in.music-soft"
    message, thanks, done = steps["message"], steps["thanks"], steps["done"]
    assert isinstance(message, TakeVoicemail)
    assert message.then == "thanks"
    assert message.prompts[-1] == "built-in.beep", "the tone after which one speaks"
    assert isinstance(thanks, Say)
    assert thanks.then == "done"
    assert done == HangUp(closed=False)


def test_an_agents_own_number_is_a_flow_of_its_own() -> None:
    loaded = load(EXAMPLE.parent / "bpo")
    assert isinstance(loaded, Loaded)
    floor = compile_floor(loaded, "voice/1")
    (number,) = (one for one in floor.numbers if one.number == "95503")
    assert (number.client, number.flow) == ("bank", "bank/own:95503")
    (flow,) = (one for one in floor.flows if one.id == number.flow)
    wait, message = flow.steps["wait"], flow.steps["message"]
    assert (flow.start, list(flow.steps)) == ("wait", ["wait", "message"])
    assert isinstance(wait, Enqueue)
    assert (wait.queue, wait.agent, wait.alone) == ("bank/calls", "2003", True)
    assert (wait.hold_us, wait.most_us, wait.otherwise) == (30_000_000, 30_000_000, "message")
    assert isinstance(message, TakeVoicemail)
    assert message.prompts[-1] == "built-in.beep"
    assert {prompt.id for prompt in needed_prompts(loaded, "voice/1")} >= {message.prompts[0]}
    assert len({one.version for one in floor.flows}) == len(floor.flows)
    (queue,) = (one for one in floor.queues if one.id == "bank/calls")
    assert queue.sticky is not None
    assert queue.sticky.within_us == 7 * 86_400 * 1_000_000


def test_whom_agents_may_call_and_what_they_hear_becomes_the_floors(loaded: Loaded) -> None:
    floor = compile_floor(loaded, "voice/1")
    (client,) = floor.clients
    assert [(one.id, one.number) for one in client.directory] == [
        ("dispatch", "09315550110"), ("crew", "09315550120"), ("payments", "09315550130"),
    ]  # fmt: skip
    assert client.calling_out == ("0931", "1")
    assert client.pause_us == 2 * MINUTE
    outage = next(queue for queue in floor.queues if queue.id == "power-grid/outage")
    assert outage.whisper == (spoken("停电", "zh", "voice/1"),)
    assert "电网调度中心" not in msgspec.json.encode(floor).decode()


def test_what_agents_read_comes_from_the_documents_in_force(loaded: Loaded) -> None:
    look = looks(loaded.documents).clients[ClientId("power-grid")]
    assert (look.name, look.colour, look.logo) == ("City Power Grid", "#0f766e", "")
    assert [one.name for one in look.directory] == [
        "电网调度中心", "抢修队值班电话", "营业厅收费窗口",
    ]  # fmt: skip
    bills, general = look.of(QueueId("power-grid/bills")), look.of(QueueId("power-grid/general"))
    assert bills.greeting.endswith("哪一期电费？")
    assert general.greeting == look.greeting == "您好，供电服务热线，很高兴为您服务。"
    assert "分期" in bills.script
    assert general.script == look.script
    assert look.of(None).script == look.script
    assert look.codes[0].label == "Outage reported"


def test_documents_of_an_earlier_release_have_looks_too() -> None:
    old = {"clients/water/client.yaml": (
        '{"name":"Water","language":"en","numbers":{},"queues":{},"default_queue":"","sorry":"S"}'
    )}  # fmt: skip
    look = looks(old).clients[ClientId("water")]
    assert (look.name, look.greeting, look.directory, look.calling_out) == ("Water", "", (), ())


def test_a_logo_lies_in_the_vault_and_its_digest_in_the_documents(loaded: Loaded) -> None:
    folder = loaded.clients["power-grid"]
    desk = ClientDesk(logo="grid.png")
    source = replace(
        folder.client, document=msgspec.structs.replace(folder.client.document, desk=desk)
    )
    client = replace(folder, client=source, logo=b"\x89PNG")
    with_logo = replace(loaded, clients={folder.name: client})
    made = application(with_logo, "voice/1", None)
    (put,) = [put for put in made.puts if put.id == "logo/power-grid"]
    assert (put.owner, put.value) == ("power-grid", b"\x89PNG")
    assert looks(with_logo.documents).clients[ClientId("power-grid")].logo
    applied = made.events[0]
    assert isinstance(applied, DefinitionsApplied)
    assert application(loaded, "voice/1", applied).drops == (put.id,)


def test_every_prompt_of_the_floor_is_needed_once(loaded: Loaded) -> None:
    floor = compile_floor(loaded, "voice/1")
    needed = needed_prompts(loaded, "voice/1")
    ids = [prompt.id for prompt in needed]
    assert len(ids) == len(set(ids))
    used = msgspec.json.encode(floor).decode()
    assert all(f'"{one}"' in used for one in ids)
    spoken = {one.text: one.language for one in needed if one.kind is PromptKind.SPOKEN}
    assert spoken["Welcome to the power grid."] == "en"
    assert spoken["没有这个选项。"] == "zh"


def test_another_voice_is_another_version(loaded: Loaded) -> None:
    one, other = compile_floor(loaded, "voice/1"), compile_floor(loaded, "voice/2")
    assert one == compile_floor(loaded, "voice/1")
    assert one.version != other.version
    assert one.flows[0].version != other.flows[0].version


def test_no_name_of_a_person_reaches_the_log(loaded: Loaded) -> None:
    made = application(loaded, "voice/1", None)
    log = msgspec.json.encode([msgspec.to_builtins(event) for event in made.events])
    log += msgspec.json.encode(made.configure)
    for name in loaded.names.values():
        assert msgspec.json.encode(name)[1:-1] not in log
    assert {put.value.decode() for put in made.puts} >= set(loaded.names.values())


def test_what_is_in_force_already_adds_nothing(loaded: Loaded) -> None:
    first = application(loaded, "voice/1", None)
    applied, *agreed = first.events
    assert isinstance(applied, DefinitionsApplied)
    contracts = {one.contract.client: one.contract for one in agreed
                 if isinstance(one, ContractAgreed)}  # fmt: skip
    assert contracts == {"power-grid": compile_contracts(loaded)[0]}
    again = application(loaded, "voice/1", applied, contracts)
    assert (again.changes, again.events) == ((), ())
    names = {kind: name for name, kind in SETTINGS_EVENTS.items()}
    assert all(type(event) in names for event in first.events)


def test_a_client_without_a_contract_any_more(loaded: Loaded) -> None:
    first = application(loaded, "voice/1", None)
    applied = first.events[0]
    assert isinstance(applied, DefinitionsApplied)
    folder = loaded.clients["power-grid"]
    without = replace(loaded, clients={folder.name: replace(folder, contract=None)})
    contracts = {ClientId("power-grid"): compile_contracts(loaded)[0]}
    shared = compile_billing(loaded.billing, loaded.centre.document.zone)
    made = application(without, "voice/1", applied, contracts, shared)
    assert [type(event) for event in made.events] == [DefinitionsApplied, ContractEnded]
    assert [change.kind for change in made.changes] == ["removed"]


def test_who_left_and_lists_that_are_gone_leave_the_vault(loaded: Loaded) -> None:
    applied = application(loaded, "voice/1", None).events[0]
    assert isinstance(applied, DefinitionsApplied)
    file = "clients/power-grid/client.yaml"
    listed = applied.documents[file][:-1] + ',"callers":{"vip":[]}}'
    before = msgspec.structs.replace(
        applied,
        documents=applied.documents | {file: listed},
        people=(*applied.people, NamedAgent(AgentId("1099"), VaultId("agent/1099/name"))),
    )
    made = application(loaded, "voice/1", before)
    assert set(made.drops) == {"agent/1099/name", "callers/power-grid/vip"}
    assert application(loaded, "voice/1", applied).drops == ()


def test_the_difference_names_file_place_and_values() -> None:
    old = {"a.yaml": '{"queues":{"q":{"ring":"20s","wrap_up":"60s"}}}', "b.yaml": "{}"}
    new = {"a.yaml": '{"queues":{"q":{"ring":"15s"},"r":{}}}', "c.yaml": "{}"}
    found = [
        (one.file, one.place, one.kind.value, one.before, one.after) for one in difference(old, new)
    ]
    assert found == [
        ("a.yaml", "queues.q.ring", "changed", '"20s"', '"15s"'),
        ("a.yaml", "queues.q.wrap_up", "removed", '"60s"', ""),
        ("a.yaml", "queues.r", "added", "", "{}"),
        ("b.yaml", "", "removed", "", ""),
        ("c.yaml", "", "added", "", ""),
    ]


def test_steps_in_another_order_are_a_difference() -> None:
    old, new = {"f.yaml": '{"steps":{"a":1,"b":2}}'}, {"f.yaml": '{"steps":{"b":2,"a":1}}'}
    (only,) = difference(old, new)
    assert only.after == "another order"


def test_a_day_and_an_hour_are_what_they_are() -> None:
    assert times.span("08:00-24:00") == (8 * HOUR, DAY)
    assert times.days("sat-mon") == [5, 6, 0]
    assert times.local_day("1970-01-02") == 1
    assert times.local_day("2026-02-30") is None
