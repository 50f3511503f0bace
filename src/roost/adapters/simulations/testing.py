"""ports.simulations.Simulations in memory: what's played comes to what a test says."""

from msgspec.structs import replace

from roost.kernel.messages import Refusal
from roost.kernel.time import InstantUs
from roost.ports.simulations import (
    MOST_KEPT,
    Asked,
    Form,
    PlayableScenario,
    Simulation,
    SimulationState,
)

DAY = PlayableScenario("day", "A day.", "2026-03-02 08:00", "12h", ("power-grid",))


class MemorySimulations:
    """`finish` ends the one that runs."""

    def __init__(self) -> None:
        self.known = [DAY]
        self.played: dict[int, Simulation] = {}
        self.results: dict[int, bytes] = {}

    def scenarios(self) -> list[PlayableScenario]:
        return list(self.known)

    def start(self, asked: Asked, by: str, at: InstantUs) -> Simulation | Refusal:
        if bool(asked.scenario) == bool(asked.period):
            return Refusal("nothing_to_play")
        if asked.scenario and asked.scenario not in {one.scenario for one in self.known}:
            return Refusal("unknown_scenario", {"scenario": asked.scenario})
        if any(one.state is SimulationState.RUNNING for one in self.played.values()):
            return Refusal("simulation_running")
        while len(self.played) >= MOST_KEPT:
            del self.played[min(self.played)]
        number = max(self.played, default=0) + 1
        of = asked.seeds * (1 + len(asked.changes))
        self.played[number] = Simulation(number, asked, by, at, SimulationState.RUNNING, 0, of)
        return self.played[number]

    def finish(self, id: int, how: SimulationState, result: bytes = b"", *says: str) -> None:
        one = self.played[id]
        runs = one.of if how is SimulationState.DONE else one.runs
        self.played[id] = replace(one, state=how, runs=runs, ended=one.began, says=says)
        self.results[id] = result

    def listing(self) -> list[Simulation]:
        return [self.played[one] for one in sorted(self.played, reverse=True)]

    def one(self, id: int) -> Simulation | None:
        return self.played.get(id)

    def file(self, id: int, form: Form) -> bytes | None:
        one = self.played.get(id)
        done = one is not None and one.state is SimulationState.DONE
        return self.results[id] if done else None

    def cancel(self, id: int) -> bool:
        one = self.played.get(id)
        if one is not None and one.state is SimulationState.RUNNING:
            self.finish(id, SimulationState.CANCELLED)
        return one is not None

    def remove(self, id: int) -> bool | Refusal:
        one = self.played.get(id)
        if one is not None and one.state is SimulationState.RUNNING:
            return Refusal("simulation_running")
        return self.played.pop(id, None) is not None
