"""A programme's terms of service in a month: what they're judged by, and what they come to.

For the draft, and for whoever asks during the month what a miss will cost.
"""

from collections.abc import Callable, Mapping, Sequence

from roost.kernel.ids import QueueId
from roost.kernel.money import Money, rounded
from roost.kernel.time import InstantUs
from roost.office.contracts.model import Contract, Programme
from roost.office.contracts.plan import full_name, promises
from roost.office.contracts.terms import Period, Term
from roost.office.forecasts import Expected, expected
from roost.office.measures.counts import Sums
from roost.office.measures.formulas import terms_of
from roost.office.month import Month, Row
from roost.office.service_terms.judging import share_of
from roost.office.service_terms.settling import Serving, Settled, judged, settle


def expectation(month: Month, programme: Programme) -> tuple[Expected, ...]:
    """The forecast that holds: see `forecasts.expected`."""
    if programme.forecast is None:
        return ()
    locked = month.quantities.forecasts
    zone = month.contract.zone
    return expected(programme.forecast, programme.name, locked, zone, month.days)


def needed(contract: Contract) -> tuple[str, ...]:
    """The counts that a contract's terms are judged by; none where it promises nothing."""
    named = {name for _, _, term in promises(contract) for name in terms_of(share_of(term)[1])}
    return tuple(sorted({*named, "offered"})) if named else ()


def settled(month: Month, programme: Programme, rows: Sequence[Row]) -> tuple[Settled, ...]:
    """The programme's terms, capped together. `rows` are its lines, in their order up to the
    terms."""
    if not programme.service:
        return ()
    whole = month.sum_of(rows)
    spans = [
        (term, judged(term, serving(month, programme, term), _base(month, programme, term, rows)))
        for term in programme.service
    ]
    return settle(spans, programme.caps, whole)


def _base(
    month: Month, programme: Programme, term: Term, rows: Sequence[Row]
) -> Callable[[int, int], Money]:
    """Gives the sum of a term's lines over some days, each rounded. Over the month it's the
    draft's lines as they stand, with what the minimum and the forecast added."""
    names = {full_name(programme.name, name) for name in term.lines}
    whole = month.sum_of(row for row in rows if not names or row.of in names)
    planned = [
        one
        for one in month.lines
        if one.programme == programme.name and (not names or one.name in names)
    ]
    currency = month.contract.currency

    def base(first: int, following: int) -> Money:
        if term.period is Period.MONTH:
            return whole
        parts = (rounded(month.worth_of(one, first, following), currency) for one in planned)
        return sum(parts, Money(currency, 0))

    return base


def serving(month: Month, programme: Programme, term: Term) -> Serving:
    """What a term is judged by."""
    needed = term.queues or programme.queues
    sums: dict[str, dict[InstantUs, Sums]] = {}
    for one in month.quantities.served:
        if not needed or one.queue in needed:
            sums.setdefault(one.queue, {})[one.at] = one.sums
    terms = programme.forecast
    return Serving(
        zone=month.contract.zone,
        days=month.days,
        queues=_queues(month, programme, sums),
        sums=sums,
        exclusions=[
            one
            for one in month.quantities.exclusions
            if not one.programme or one.programme == programme.name
        ],
        expected=() if term.queues else expectation(month, programme),
        ceiling="" if terms is None else terms.ceiling,
    )


def _queues(month: Month, programme: Programme, sums: Mapping[str, object]) -> tuple[QueueId, ...]:
    """Of a term that names none: the programme's; of the one without a name whatever the others
    don't have, or ("" alone) the client's contacts as a whole."""
    if programme.queues:
        return programme.queues
    others = {queue for one in month.programmes for queue in one.queues}
    if not others:
        return ()
    return tuple(QueueId(one) for one in sorted(sums) if one and one not in others)
