"""Calls a second through the whole centre: trunk, flow, queue, agent, hang-up; SIPp at both ends.

The caller's INVITE is answered by the flow, the call is queued, an agent's phone rings and is
lifted at once, the agent hangs up after a second and a bit (one who hangs up sooner counts as
not having been heard), the caller gets the BYE. Nothing is played that must be waited for,
nobody writes up. Control has a core of its own; media, web, worker and SIPp share the others.

The highest rate is looked for in short steps; then it must hold for ROOST_BENCH_SECONDS
(default 20), or a lower one must. A rate is sustained when fewer than one call in a thousand
fails, the callers were served at that rate, and 99 of 100 INVITEs are answered within half a
second (beyond it SIP sends them again). At twice that rate, what's served of it is measured
(`at_twice_goodput`; the rest must hear 503, and none may be lost). Beside it: SIPp to SIPp
directly, with the same scenarios, held to the same.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks._centre import Centre, waited_s
from benchmarks._sipp import Counted, Phones, call, quantile

HOLD_S: Final = 1.2
LADDER: Final = (50, 100, 150, 200, 250, 300, 350, 400, 500)
DIRECT_LADDER: Final = (500, 1_000, 1_500, 2_000)
STEP_S: Final = 4.0
MOST_HELD: Final = 5  # rates that are tried for the whole length, from the highest down
MOST_FAILURES: Final = 0.001
MOST_SETUP_S: Final = 0.5
LATE_S: Final = 2.0  # beyond the last call's own length, in whole seconds of SIPp's statistics

Try = Callable[[float, float], Counted]


def sustained(counted: Counted, seconds: float) -> bool:
    return (
        counted.failures < MOST_FAILURES
        and quantile(counted.setup, 0.99) < MOST_SETUP_S
        and counted.took_s < seconds + HOLD_S + LATE_S
    )


def highest(ladder: tuple[int, ...], attempt: Try, step_s: float, hold_s: float) -> Counted | None:
    """The highest rate of the ladder that holds for `hold_s`."""
    good = 0
    while good < len(ladder) and _held(attempt, ladder[good], step_s) is not None:
        good += 1
    for rate in ladder[:good][::-1][:MOST_HELD]:
        held = _held(attempt, rate, hold_s)
        if held is not None:
            return held
    return None


def _held(attempt: Try, rate: float, seconds: float) -> Counted | None:
    """The run, if the rate was sustained; what was seen goes to standard error."""
    counted = attempt(rate, seconds)
    p99 = 1000 * quantile(counted.setup, 0.99)
    good = sustained(counted, seconds)
    print(
        f"  … {rate:g} calls/s for {seconds:g} s: {counted.refused} refused,"
        f" {counted.failed} failed, set-up p99 {p99:.0f} ms,"
        f" {counted.took_s:.1f} s{'' if good else ': not sustained'}",
        file=sys.stderr,
        flush=True,
    )
    return counted if good else None


def through_the_centre(
    agents: int,
    hold_s: float,
    record: bool,
    ladder: tuple[int, ...] = LADDER,
    overload: bool = False,
) -> dict[str, float]:
    spent: dict[str, float] = {}
    starved: list[float] = []  # control's share of the time in which it waited for its core
    with (
        tempfile.TemporaryDirectory(prefix="roost-bench-") as folder,
        Phones(HOLD_S) as phones,
        Centre(Path(folder), agents, record) as centre,
    ):
        centre.register(phones.port)
        centre.go_ready()
        centre.pin()

        def attempt(rate: float, seconds: float) -> Counted:
            control = centre.pids()["control"]
            before, waited, began = centre.cpu(), waited_s(control), time.monotonic()
            counted = call(centre.sip_port, rate, seconds)
            after = centre.cpu()
            share = (waited_s(control) - waited) / (time.monotonic() - began)
            starved.append(share)
            spent.clear()
            spent.update(
                (role, (after[role] - before[role]) / counted.calls)
                for role in after
                if role in before
            )
            return counted

        held = highest(ladder, attempt, STEP_S, hold_s)
        each, share = dict(spent), starved[-1]
        twice = attempt(2 * held.rate, STEP_S) if held and overload else None
    if held is None:
        return {"calls_a_second": 0.0}
    figures = {
        "calls_a_second": held.rate,
        "failures_percent": 100 * held.failures,
        "sent_again_percent": 100 * held.sent_again / held.calls,
        "setup_p50_ms": 1000 * quantile(held.setup, 0.50),
        "setup_p99_ms": 1000 * quantile(held.setup, 0.99),
        "with_agent_p99_ms": 1000 * (quantile(held.whole, 0.99) - HOLD_S),
        "control_waited_for_its_core_percent": 100 * share,
        "calls_a_second_a_core_of_its_own": 1 / max(each["control"], 1e-9),
        **{f"{role}_cpu_ms_a_call": 1000 * cpu for role, cpu in each.items()},
    }
    if twice is not None:
        served_a_second = len(twice.whole) / (twice.took_s - HOLD_S)
        figures["at_twice_goodput"] = served_a_second / held.rate
        figures["at_twice_refused_percent"] = 100 * twice.refused / twice.calls
        figures["at_twice_lost"] = float(twice.failed)
    return figures


def directly(hold_s: float) -> Counted | None:
    with Phones(HOLD_S) as phones:
        return highest(
            DIRECT_LADDER, lambda rate, seconds: call(phones.port, rate, seconds), STEP_S, hold_s
        )


def run(agents: int = 500) -> dict[str, float | str]:
    hold_s = float(os.environ.get("ROOST_BENCH_SECONDS", "20"))
    plain = through_the_centre(agents, hold_s, record=False, overload=True)
    top = plain["calls_a_second"]
    around = tuple(rate for rate in LADDER if top / 2 <= rate <= top)
    recorded = through_the_centre(agents, STEP_S, record=True, ladder=around)
    direct = directly(STEP_S)
    found: dict[str, float | str] = {"agents": float(agents), "seconds": hold_s, **plain}
    found["calls_a_second_recorded"] = recorded["calls_a_second"]
    found["control_cpu_ms_a_call_recorded"] = recorded.get("control_cpu_ms_a_call", 0.0)
    found["sipp_directly_calls_a_second"] = direct.rate if direct else 0.0
    if direct:
        found["of_sipp_directly"] = plain["calls_a_second"] / direct.rate
    return found
