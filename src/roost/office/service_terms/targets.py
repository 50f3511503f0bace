"""Contracts as the router sees them: what is promised, and what a contact is worth.

Worth is the margin: what one contact more in time moves, once a promise hangs in the balance. A
step that moves a part of the lines is worth that part of a hundred contacts' lines for each
hundred contacts, so one contact's lines times the part; a plain sum is spread over the contacts
that a period usually has (`USUAL`, where the term has no minimum).
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Final

from roost.floor.definition import ServiceTarget
from roost.kernel.ids import QueueId
from roost.kernel.money import MINOR_DIGITS
from roost.kernel.time import MINUTE, DurationUs
from roost.office.contracts.model import BY_CONTACT, TIMED, Contract, Programme
from roost.office.contracts.plan import full_name, programmes_of
from roost.office.contracts.rates import worth
from roost.office.contracts.terms import Period, Side, Term
from roost.office.service_terms.judging import share_of

USUAL_MINUTES: Final = Fraction(3)  # of a contact, where lines are by the minute
USUAL: Final = 10_000  # contacts of a month, or a day's share of them
DAYS: Final = 30


def targets(contract: Contract, queues: Iterable[QueueId]) -> tuple[ServiceTarget, ...]:
    """The promises of the contract's last version. `queues` are all of the client's."""
    version = contract.versions[-1]
    every = tuple(queues)
    taken = {queue for one in version.programmes for queue in one.queues}
    return tuple(
        _target(contract, programme, term, own)
        for programme in programmes_of(version)
        for own in [programme.queues or tuple(one for one in every if one not in taken)]
        for term in programme.service
        if term.side is Side.MALUS or not _has_malus(programme, term)
    )


def _has_malus(programme: Programme, bonus: Term) -> bool:
    """Whether the same queues have a promise below the bonus: the router minds that one."""
    return any(one.side is Side.MALUS and one.queues == bonus.queues for one in programme.service)


def _target(
    contract: Contract, programme: Programme, term: Term, queues: tuple[QueueId, ...]
) -> ServiceTarget:
    _, formula = share_of(term)
    whole = frozenset(formula.whole)
    if "abandoned" not in whole:
        abandoned = "out"
    elif "abandoned_in_target" in formula.part:
        abandoned = "good_in_time"
    elif "-abandoned_in_target" in whole:
        abandoned = "out_in_time"
    else:
        abandoned = "missed"
    return ServiceTarget(
        id=f"{contract.client}/{full_name(programme.name, term.name)}",
        queues=term.queues or queues,
        promised=int(Fraction(Decimal(term.target)) * 1_000_000),
        worth=_worth(contract, programme, term),
        zone=contract.zone,
        by_day=term.period is Period.DAY,
        interval_us=term.interval_us or DurationUs(0),
        abandoned=abandoned,
        short_out="-short_abandoned" in whole,
        hours=term.hours,
    )


def earns(contract: Contract, queue: QueueId) -> int:
    """An answered contact of a queue, in thousandths of a minor unit, by the last version."""
    version = contract.versions[-1]
    taken = {one for programme in version.programmes for one in programme.queues}
    total = Fraction(0)
    for programme in programmes_of(version):
        if queue in programme.queues or (not programme.queues and queue not in taken):
            total += _lines(programme, (), queue)
    return _thousandths(contract, total)


def _lines(programme: Programme, names: tuple[str, ...], queue: QueueId | None) -> Fraction:
    """What one contact adds to lines, at a usual length."""
    total = Fraction(0)
    for line in programme.lines:
        if names and line.name not in names:
            continue
        if queue is not None and line.queues and queue not in line.queues:
            continue
        if line.measure in BY_CONTACT:
            timed = line.measure in TIMED
            total += worth(line, int(USUAL_MINUTES * MINUTE) if timed else 1)
    return total


def _worth(contract: Contract, programme: Programme, term: Term) -> int:
    points = Fraction(Decimal(term.point))
    part = Fraction(Decimal(term.percent)) / points
    plain = Fraction(Decimal(term.amount)) / points
    of_lines = part * _lines(programme, term.lines, None)
    usual = max(term.minimum, USUAL // (DAYS if term.period is Period.DAY else 1))
    return _thousandths(contract, of_lines + 100 * plain / usual)


def _thousandths(contract: Contract, major: Fraction) -> int:
    return int(major * 10 ** MINOR_DIGITS[contract.currency] * 1000)
