"""One pool of people for five clients: fifty queues of a skill each, every policy on.

Two hundred agents of six skills with levels, in two teams that rest; each queue is open to lower
levels and to the other team later, its priority rises with waiting, it prefers somebody, and has
one of the five rules of choosing; among equals goes first whose delay costs most. Contracts price
by contact and by minute, and promise a day's service. Written as a centre's folder, so that it's
read, checked and compiled like anybody's.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, Final

from roost.definitions import load
from roost.definitions.load import Loaded

CLIENTS: Final = ("water", "city", "bank", "shop", "rail")
QUEUES: Final = 10  # of each client, a key of its menu each
SKILLS_EACH: Final = 6
AGENTS: Final = 200
OPENS, CLOSES = 8, 20  # o'clock
RULES: Final = ("longest_idle", "most_skilled", "least_skilled", "least_occupied", "fair_share")
#: A day's curve by the hour, in thousandths of the day.
CURVE: Final = (62, 84, 103, 108, 92, 78, 82, 96, 100, 86, 65, 44)
WEEK: Final = 250_000  # contacts
DAYS: Final = 7


def write(
    folder: Path,
    *,
    days: int = DAYS,
    contacts: int = WEEK,
    agents: int = AGENTS,
    skills_each: int = SKILLS_EACH,
) -> None:
    """The centre's folder, with the scenario `week`: so many of its days, at a week's rate."""
    skills = {f"s{place:02}": f"Skill {place}" for place in range(len(CLIENTS) * QUEUES)}
    team = {"rest": "2s", "most_busy_percent": 95}
    files: dict[str, Mapping[str, Any]] = {
        "centre.yaml": {
            "name": "Shared Services",
            "zone": "Asia/Shanghai",
            "skills": skills,
            "teams": {"east": {"name": "East", **team}, "west": {"name": "West", **team}},
            "order": "contract",
        },
        "agents.yaml": {"agents": _agents(agents, skills_each)},
        "scenarios/week.yaml": _scenario(days, contacts),
    }
    for place, client in enumerate(CLIENTS):
        files[f"clients/{client}/client.yaml"] = _client(place, client)
        files[f"clients/{client}/flows/main.yaml"] = _flow()
        files[f"clients/{client}/contract.yaml"] = _contract(place)
    for name, document in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def read(folder: Path) -> Loaded:
    """The folder, checked."""
    loaded = load(folder)
    if not isinstance(loaded, Loaded):
        raise SystemExit("\n".join(str(problem) for problem in loaded))
    return loaded


def _agents(count: int, skills: int) -> dict[str, Any]:
    """Skills of a window that moves on: neighbours share some, nobody has all."""
    dice, every = Random(5), len(CLIENTS) * QUEUES
    made: dict[str, Any] = {}
    for place in range(count):
        first = place * every // count
        window = {f"s{(first + step * 7) % every:02}": dice.randint(1, 5) for step in range(skills)}
        made[str(1001 + place)] = {
            "name": f"Agent {place}",
            "team": ("east", "west")[place % 2],
            "skills": window,
        }
    return made


def _client(place: int, client: str) -> dict[str, Any]:
    queues: dict[str, Any] = {}
    for key in range(QUEUES):
        skill = f"s{place * QUEUES + key:02}"
        queues[f"q{key}"] = {
            "skills": {skill: 2},
            "prefer": {f"s{(place * QUEUES + key + 7) % (len(CLIENTS) * QUEUES):02}": 3},
            "teams": [("east", "west")[key % 2]],
            "rings": [
                {"after": "8s", "skills": {skill: 2}, "teams": ["east", "west"]},
                {"after": "30s", "skills": {skill: 1}},
            ],
            "agents": RULES[key % len(RULES)],
            "priority": (0, 0, 0, 5)[key % 4],
            "boost": {"every": "60s", "most": 3},
            "ring": "15s",
            "wrap_up": "45s",
            "service_level": {"within": "20s", "short": "5s"},
        }
    return {
        "name": client.capitalize(),
        "language": "en",
        "numbers": {f"{40_000 + place}": "main"},
        "queues": queues,
        "default_queue": "q0",
        "sorry": "Something failed; we connect you.",
        "record": True,
        "wrap_up_codes": [
            {"code": "solved", "label": "Solved"},
            {"code": "other", "label": "Other"},
        ],
    }


def _flow() -> dict[str, Any]:
    queues = {
        f"q{key}": {
            "queue": {
                "to": f"q{key}",
                "waiting": ["Please wait.", {"music": "soft"}],
                "most": "10m",
                "otherwise": "done",
            }
        }
        for key in range(QUEUES)
    }
    return {
        "steps": {
            "answer": {"answer": True},
            "greeting": {"say": ["Welcome."]},
            "choose": {
                "menu": {
                    "say": "What is it about?",
                    "choices": {str(key): f"q{key}" for key in range(QUEUES)},
                    "invalid": "There is no such choice.",
                    "silence": "Nothing was chosen.",
                    "first": "4s",
                    "attempts": 3,
                    "otherwise": "q0",
                }
            },
            **queues,
            "done": {"hang_up": "done"},
        }
    }


def _contract(place: int) -> dict[str, Any]:
    return {
        "currency": "CNY",
        "billable": ["answered"],
        "versions": [
            {
                "effective": "2026-01-01",
                "lines": [
                    {"line": "contacts", "text": "Contacts", "measure": "contacts",
                     "rate": 2.5 + place},
                    {"line": "minutes", "text": "Minutes", "measure": "handled_minutes",
                     "rate": 0.85, "unit": "6s"},
                ],
                "service": [
                    {"term": "in-time", "target": 80, "period": "day", "percent": 1 + place,
                     "cap_percent": 20},
                ],
            }
        ],
    }  # fmt: skip


def _scenario(days: int, contacts: int) -> dict[str, Any]:
    day = contacts / DAYS / len(CLIENTS)
    rates = {
        f"{OPENS + place:02}:00-{OPENS + place + 1:02}:00": round(day * share / sum(CURVE))
        for place, share in enumerate(CURVE)
    }
    return {
        "begins": f"2026-03-02 {OPENS:02}:00",
        "lasts": f"{24 * (days - 1) + CLOSES - OPENS}h",
        "interval": "1h",
        "streams": {
            client: {
                "client": client,
                "number": f"{40_000 + place}",
                "rates": rates,
                "keys": {**{str(key): 9 + key % 3 for key in range(QUEUES)}, "hang-up": 1},
                "wrap_up_codes": {"solved": 8, "other": 2},
            }
            for place, client in enumerate(CLIENTS)
        },
        "patience": {"any": "3m"},
        "handling": {"any": {"talk": "2m40s", "wrap_up": "20s"}},
        "work": [
            {"team": team, "hours": f"{OPENS:02}:00-{CLOSES:02}:30"} for team in ("east", "west")
        ],
        "agent_hour": "58.00",
    }
