"""All of a cell's state: each area's own. Changed by folding alone."""

from msgspec import Struct, field

from roost.floor.agents.model import Agents
from roost.floor.callbacks.model import Callbacks
from roost.floor.calls.model import Calls
from roost.floor.estimates.model import Estimates
from roost.floor.familiar.model import Familiar
from roost.floor.flows.model import Flows
from roost.floor.modes.model import Modes
from roost.floor.queues.model import Queues
from roost.floor.routing.model import Routing
from roost.floor.tasks.model import Tasks
from roost.kernel.ids import Digest


class CellState(Struct, gc=False):
    """`configured` is the version of the definitions in force."""

    calls: Calls = field(default_factory=Calls)
    flows: Flows = field(default_factory=Flows)
    queues: Queues = field(default_factory=Queues)
    agents: Agents = field(default_factory=Agents)
    routing: Routing = field(default_factory=Routing)
    tasks: Tasks = field(default_factory=Tasks)
    modes: Modes = field(default_factory=Modes)
    callbacks: Callbacks = field(default_factory=Callbacks)
    estimates: Estimates = field(default_factory=Estimates)
    familiar: Familiar = field(default_factory=Familiar)
    configured: Digest | None = None
