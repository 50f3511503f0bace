"""Simulations: what the twin makes of a scenario, or of a day as it was, and what if.

Each is played by a process of its own beside the centre, one at a time, and kept; a page asks how
far it is. Its figures name every client and what everything costs: the operator's alone.
"""

import asyncio
from typing import Annotated, Any, Final

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from roost.kernel.ids import OPERATOR
from roost.kernel.messages import Refusal
from roost.office.audit.messages import DataExported
from roost.ports.simulations import Asked, Form, PlayableScenario, Simulation, SimulationState
from roost.web.audit import Notes
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble, not_found, refused

KINDS: Final = {
    Form.JSON: "application/json",
    Form.CSV: "text/csv; charset=utf-8",
    Form.HTML: "text/html; charset=utf-8",
}
Which = Annotated[int, PathParameter(ge=1, le=10**9)]


@get("/api/scenarios", summary="What can be played")
async def list_scenarios(parts: NamedDependency[Parts]) -> list[PlayableScenario]:
    """The scenarios of the centre's folder of definitions, as they're written now."""
    return await asyncio.to_thread(parts.simulations.scenarios)


@get("/api/simulations", summary="What was played")
async def list_simulations(parts: NamedDependency[Parts]) -> list[Simulation]:
    """The newest first. Only the first can be running."""
    return await asyncio.to_thread(parts.simulations.listing)


@post("/api/simulations", summary="Play a scenario, or a day again")
async def start_simulation(
    data: JSONBody[Asked], caller: NamedDependency[Caller], parts: NamedDependency[Parts]
) -> Simulation:
    """It goes on without whoever asked. Refused: simulation_running, unknown_scenario,
    nothing_to_play; what makes no sense otherwise is said by its state."""
    started = await asyncio.to_thread(
        parts.simulations.start, data, caller.account.name, parts.clock.now()
    )
    if isinstance(started, Refusal):
        raise refused(started)
    return started


@get("/api/simulations/{simulation:int}", summary="How far a simulation is")
async def one_simulation(simulation: Which, parts: NamedDependency[Parts]) -> Simulation:
    """Its state, and how many of its runs are done."""
    found = await asyncio.to_thread(parts.simulations.one, simulation)
    if found is None:
        raise not_found()
    return found


@get("/api/simulations/{simulation:int}/report", summary="What a simulation came to")
async def report_of_simulation(
    simulation: Which,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    notes: NamedDependency[Notes],
    format: Annotated[Form, QueryParameter()] = Form.JSON,
    download: Annotated[bool, QueryParameter(description="As a file to keep")] = False,
) -> Response[Any]:
    """Every figure with its confidence interval; as rows, or as a page that needs nothing else.
    Refused: no_result."""
    one = await asyncio.to_thread(parts.simulations.one, simulation)
    if one is None:
        raise not_found()
    if one.state is not SimulationState.DONE:
        raise Trouble(409, "no_result")
    if download or format is not Form.JSON:
        what = f"simulations/{simulation}"
        await notes.note(caller, DataExported(owner=OPERATOR, what=what, format=format.value))
    content = await asyncio.to_thread(parts.simulations.file, simulation, format)
    if content is None:
        raise not_found()
    headers: dict[str, str] = {}
    if download or format is not Form.JSON:
        name = f"roost-simulation-{simulation}.{format.value}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(content, media_type=KINDS[format], headers=headers)


@post("/api/simulations/{simulation:int}/cancel", status_code=204, summary="Stop a simulation")
async def cancel_simulation(simulation: Which, parts: NamedDependency[Parts]) -> None:
    """Within a second or so. One that's over stays as it is."""
    if not await asyncio.to_thread(parts.simulations.cancel, simulation):
        raise not_found()


@delete("/api/simulations/{simulation:int}", status_code=204, summary="Forget a simulation")
async def remove_simulation(simulation: Which, parts: NamedDependency[Parts]) -> None:
    """Refused: simulation_running."""
    found = await asyncio.to_thread(parts.simulations.remove, simulation)
    if isinstance(found, Refusal):
        raise refused(found)
    if not found:
        raise not_found()


ROUTES: Final = (
    list_scenarios,
    list_simulations,
    start_simulation,
    one_simulation,
    report_of_simulation,
    cancel_simulation,
    remove_simulation,
)
