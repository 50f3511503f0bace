"""What's shown of how far estimated waits were off, and what is said of it."""

from roost.ports.simulations import SimulatedVariant, SimulationReport, WaitError
from roost.simulator.guesses import said, shown
from roost.simulator.page import page


def off(client: str = "", queue: str = "", *, contacts: int = 500, median: float = 38) -> WaitError:
    return WaitError(client, queue, contacts, 0, 234.0, median, 134.5, -7.4)


def test_an_estimate_is_worth_telling_when_it_knows_more_than_the_mean() -> None:
    english, chinese = said([off()])
    assert english.startswith("With a mean wait of 234 s, half of the estimates were off by 38 s")
    assert "nine in ten by 135 s or less" in english, "rounded up: it's a promise"
    assert english.endswith("callers can be told them, in steps.")
    assert "135 秒" in chinese
    assert "tell callers their place, and no time" in said([off(median=120)])[0]


def test_nothing_is_said_of_a_handful_and_nothing_where_nobody_waited() -> None:
    assert said([off(contacts=49)])[0].startswith("Too few contacts")
    assert said([]) == ("", "")


def test_a_sum_of_one_part_isnt_shown_beside_it() -> None:
    grid = [off("grid", "grid/bills"), off("grid", "grid/outage")]
    bank = off("bank", "bank/calls")
    assert shown([off(), off("bank"), bank, off("grid"), *grid]) == [
        off(),
        bank,
        off("grid"),
        *grid,
    ]
    assert shown([off(), off("bank"), bank]) == [bank]


def test_the_page_has_the_table_and_the_words() -> None:
    waits = [off(), off("grid"), off("grid", "grid/bills"), off("grid", "grid/<b>", median=9.5)]
    variant = SimulatedVariant(
        "storm", [], [], 645, 9_000, 0, 0, 1_000, waits=waits, waits_say=said(waits)
    )
    shows = page(SimulationReport("storm", "1h", [1, 2], "CNY", [variant]))
    assert "Estimated waits" in shows
    assert "half of the estimates were off by 38 s" in shows
    assert "<td>234.0</td><td>9.5</td><td>134.5</td><td>-7.4</td>" in shows
    assert "grid/&lt;b&gt;" in shows
    none = SimulatedVariant("storm", [], [], 645, 9_000, 0, 0, 1_000)
    assert "Estimated" not in page(SimulationReport("storm", "1h", [1], "CNY", [none]))
