"""The example's definitions, with as many agents as a measurement needs."""

from pathlib import Path

import msgspec

from roost.definitions import compile_contracts, compile_floor, load
from roost.definitions.load import Loaded
from roost.floor.definition import Floor
from roost.kernel.ids import AgentId
from roost.office.contracts.model import Contract

EXAMPLE = Path(__file__).parents[1] / "examples" / "power-grid"


def hotline(agents: int) -> tuple[Floor, tuple[Contract, ...]]:
    """The power-grid hotline with that many agents who can take everything, and its contracts."""
    loaded = load(EXAMPLE)
    if not isinstance(loaded, Loaded):
        raise SystemExit("\n".join(str(problem) for problem in loaded))
    floor = compile_floor(loaded, "bench")
    most = max(floor.agents, key=lambda agent: len(agent.skills))
    crowd = tuple(
        msgspec.structs.replace(most, id=AgentId(str(1001 + place))) for place in range(agents)
    )
    return msgspec.structs.replace(floor, agents=crowd), compile_contracts(loaded)
