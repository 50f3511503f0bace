"""docs/reference/contracts.md: the contract language in words, and its examples worked out."""

from contract_examples import examples_text

from roost.definitions.published import KINDS, MEASURES
from roost.kernel.money import MINOR_DIGITS

HEAD = """\
# The contract language

Written by `make docs`; every table below is drafted by the office's own code. What each key is stands in
[the definitions](definitions.md); how a call becomes a line in [money](../explanation/money.md).

A client's contract is `clients/NAME/contract.yaml`; what contracts share (sellers with their taxes, pools,
calendars of kinds of days) is `billing.yaml` beside `centre.yaml`. `roost check` refuses what contradicts
itself, with the line and the mend; `roost apply` shows the difference and puts it in force.

## Versions in time

A version holds from its `effective` day on, or from a minute of it (`2026-11-16T12:00`, on the contract's
wall), to the next one's. *When it became known* is when it was applied: a draft always takes the contract
as it's known, an issued invoice is verified with the one that was known when it was issued, and a version
that's agreed later with an earlier effect makes an adjustment.

Inside a month only the rates of plain lines may change (a quantity by one rate). Bands, anchors, fixed and
included sums, minimums, terms, forecasts and programmes change at a month's start. `last_day` ends a
contract. Part periods are reduced by calendar days, unless `part_periods: whole`.

## What is measured

A line's `measure` is one of these; a rate of anything else is refused.

"""

AFTER_MEASURES = """
Contacts that are `billable` count; by default `answered` and `called_back`; callers on one of `test_callers`
never do. Each contact has its lines or
exactly one reason why it has none. Times are measured to the microsecond. `unit: 6s` charges started units,
by contact (the default), by segment or for the line's sum (`round_per`); without a unit time is exact.

A line counts contacts of its `queues`, or of its programme's. A contact that was handed on within a client
counts in each line whose queues' agents handled it; one that nobody took in the line of its last queue.
Agents' hours are the client's, not a programme's, since ready time is shared among clients.

## How it's priced

One way for each line:

- `rate`: for each unit. `surcharges` raise it by the moment of connection; the first that fits counts. Their
  kinds of days come from a `calendar` (one of `days`, here or in `billing.yaml`); a month that it doesn't
  cover isn't billed: its contacts have the reason `no_calendar`.
- `bands`: from zero on without a gap; the last has no `to`. `banding: graduated` or `whole`.
- `anchor`: a sum for a base volume with a dead band.
- `plus`: on top of cost.
- `included` volume comes off first; bands and rate begin after it.
- `fte`: `contracted`, or `hours` of one in a month, of production or paid hours, at most `ceiling`.

## Programmes

A programme has its own queues (no other's), purchase order, lines, minimum, terms, caps and forecast; its
lines are named `PROGRAMME.LINE` on the invoice. What stands beside programmes is of all other queues.

## Terms of service

A term names a share of [the measures](measures.md) and its version, what is judged (`day` or `month`, or
each interval), the target, and what missing it costs: `percent` of the named lines (by default all of its
programme, with what minimum and forecast added) or a plain `amount`, for each full, started or linear point.
A day's term is of that day's lines; what is by the month is shared among days by quantity, else by days.
Ratios are compared as exact fractions. `caps` hold for a programme's maluses and bonuses together; what a
cap leaves is shared among its terms in proportion. `as: price` is a negative line that lowers the taxable
sum; `as: damages` is untaxed and a document of its own.

## Forecasts and exclusions

A `forecast` is locked `lead_days` before the day that it's of; the last one locked by then holds. Where none
was, the last one holds weekday by weekday, or none does (`otherwise`). Floor and surcharge are of the
month's sum, relief of each day or interval as the forecast was given. An exclusion takes whole intervals
that it touches out of the terms, if the client accepted it or if it follows from numbers; contacts stay
billed.

## Sellers and tax

A `seller` is a legal entity with its tax number, bank and number series. Its `taxes` are categories with dated
rates; the rate is the one valid on the period's last day. Net lines are rounded, summed by category, and
taxed once. `tax_included: true` means that all of the contract's sums have the tax in them. Which categories
and exemptions are right is a matter of law that the operator answers for.

## Pools

Agents who serve several clients are a pool: teams, and one rule by which their ready time is shared
(`proportional` to handled time, `equal`, `weights`), with a version from a day on. A contract that's charged
by hours names the version that was agreed. A team is in one pool; two rules at a time are refused.

## Names on the invoice

A line's words are the contract's `text`; what they say beside it ("band 2", "up to the minimum") is in the
contract's `language`, by default the client's: Chinese or English.

| name | is |
|---|---|
| `contacts` | a line of the contract |
| `contacts:band-2`, `contacts:included` | a band of it; what was included |
| `volume:base`, `volume:additional-1`, `volume:reduced-1` | an anchored volume: its sum, and the steps beyond the dead band |
| `minutes:night` | what fell under a surcharge |
| `contacts@2026-11-16` | a second rate of one line in the month, from that day on |
| `bills.contacts` | the programme `bills`' line |
| `minimum`, `floor`, `above-forecast` | up to the minimum; up to the forecast's floor; above its ceiling |
| `term:in-time` | a term's malus or bonus |
| `item:setup` | a one-off item |

"""

EXAMPLES = """
## Worked examples

Each is a contract of one client, but for what every one has (currency, seller, tax), and months of it.
"""


def page() -> str:
    """The whole page."""
    lines = [HEAD.rstrip("\n"), "", "| measure | is |", "|---|---|"]
    lines += [f"| `{measure}` | {words} |" for measure, words in MEASURES.items()]
    lines += ["", AFTER_MEASURES.strip("\n")]
    lines += ["", "## Kinds of contacts", "", "| kind | is |", "|---|---|"]
    lines += [f"| `{kind}` | {words} |" for kind, words in KINDS.items()]
    digits = ", ".join(f"{name} {places}" for name, places in MINOR_DIGITS.items())
    lines += ["", f"Currencies with the places of their sums: {digits}. Rates have up to six places."]
    lines += [EXAMPLES.rstrip("\n"), *examples_text()]
    return "\n".join(lines) + "\n"
