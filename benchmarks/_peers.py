"""The same queue in three well-known simulators: what anybody would write by hand today.

M/M/n+M: callers of one kind, n servers, one line, patience. Each contact has so many happenings
(scheduled events) as one of ours has events: a way before the line, the talk in parts, and a way
after it; nothing is decided at any of them. Each gives contacts a second of CPU time, and how
many happenings a contact had by its own count.
"""

import random
import time
from collections.abc import Callable
from typing import Final, NamedTuple

PATIENCE_S: Final = 180.0
HANDLE_S: Final = 180.0
STEP_S: Final = 2.0
OTHERS: Final = 3  # happenings that each model has anyway: it comes, has a turn, gives up or not


class Load(NamedTuple):
    contacts: int
    a_second: float
    servers: int
    happenings: int


class Speed(NamedTuple):
    contacts_a_second: float
    happenings: float


def _parts(load: Load) -> tuple[int, int, int]:
    """Before, within and after the talk."""
    steps = max(3, load.happenings - OTHERS)
    return steps // 3, steps // 3, steps - 2 * (steps // 3)


def simpy_(load: Load) -> Speed:
    """SimPy: a process each, generators."""
    import simpy

    before, within, after = _parts(load)
    dice = random.Random(1)
    environment = simpy.Environment()
    servers = simpy.Resource(environment, capacity=load.servers)

    def contact():
        for _ in range(before):
            yield environment.timeout(STEP_S)
        with servers.request() as request:
            patience = environment.timeout(dice.expovariate(1 / PATIENCE_S))
            yield request | patience
            if not request.triggered:
                return
            for _ in range(within):
                yield environment.timeout(dice.expovariate(within / HANDLE_S))
        for _ in range(after):
            yield environment.timeout(STEP_S)

    def arrivals():
        for _ in range(load.contacts):
            environment.process(contact())
            yield environment.timeout(dice.expovariate(load.a_second))

    environment.process(arrivals())
    began = time.process_time()
    environment.run()
    spent = time.process_time() - began
    return Speed(load.contacts / spent, next(environment._eid) / load.contacts)


def ciw_(load: Load) -> Speed:
    """Ciw: nodes in a row, of which one has the servers; each visit ends with an event."""
    import ciw

    before, within, after = _parts(load)
    nodes = before + within + after
    queue = before  # the talk's first part is the one that's waited for
    arrivals = [None] * nodes
    arrivals[0] = ciw.dists.Exponential(rate=load.a_second)
    talk = ciw.dists.Exponential(rate=within / HANDLE_S)
    step = ciw.dists.Deterministic(value=STEP_S)
    reneging = [None] * nodes
    reneging[queue] = ciw.dists.Exponential(rate=1 / PATIENCE_S)
    servers = [float("inf")] * nodes
    # Ciw frees a server with its node, so the talk's share of the servers is that of its part.
    servers[queue] = max(1, load.servers // within)
    network = ciw.create_network(
        arrival_distributions=arrivals,
        service_distributions=[
            talk if before <= place < before + within else step for place in range(nodes)
        ],
        number_of_servers=servers,
        reneging_time_distributions=reneging,
        routing=[[float(other == own + 1) for other in range(nodes)] for own in range(nodes)],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    began = time.process_time()
    simulation.simulate_until_max_customers(load.contacts, method="Finish")
    spent = time.process_time() - began
    visits = sum(len(one.data_records) for one in simulation.get_all_individuals())
    return Speed(load.contacts / spent, visits / load.contacts + 1)


def salabim_(load: Load) -> Speed:
    """salabim: a component each, generators; without its monitors, which would cost twice that."""
    import salabim

    before, within, after = _parts(load)
    dice = random.Random(1)
    salabim.yieldless(False)
    environment = salabim.Environment(trace=False)
    servers = salabim.Resource("servers", capacity=load.servers, monitor=False)
    count = [0]

    class Contact(salabim.Component):
        def setup(self):
            self.mode.monitor(False)
            self.status.monitor(False)

        def process(self):
            for _ in range(before):
                yield self.hold(STEP_S)
            yield self.request(servers, fail_delay=dice.expovariate(1 / PATIENCE_S))
            if self.failed():
                count[0] += before + OTHERS
                return
            for _ in range(within):
                yield self.hold(dice.expovariate(within / HANDLE_S))
            self.release(servers)
            for _ in range(after):
                yield self.hold(STEP_S)
            count[0] += before + within + after + OTHERS

    class Arrivals(salabim.Component):
        def process(self):
            for _ in range(load.contacts):
                Contact(name="")
                yield self.hold(dice.expovariate(load.a_second))

    Arrivals()
    began = time.process_time()
    environment.run()
    return Speed(load.contacts / (time.process_time() - began), count[0] / load.contacts)


def empty_loop(load: Load) -> Speed:
    """A heap of events and nothing else: the ceiling of pure Python."""
    from heapq import heapify, heappop, heapreplace

    heap = [(place / load.a_second, place, load.happenings) for place in range(load.servers)]
    heapify(heap)
    left = load.contacts - len(heap)
    count = 0
    began = time.process_time()
    while heap:
        at, place, more = heap[0]
        count += 1
        if more > 1:
            heapreplace(heap, (at + 1.0, place, more - 1))
        elif left > 0:
            left -= 1
            heapreplace(heap, (at + 1.0, place, load.happenings))
        else:
            heappop(heap)
    return Speed(load.contacts / (time.process_time() - began), count / load.contacts)


PEERS: Final[dict[str, Callable[[Load], Speed]]] = {
    "SimPy": simpy_,
    "Ciw": ciw_,
    "salabim": salabim_,
    "an empty loop": empty_loop,
}
