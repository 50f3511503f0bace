"""Formulas: from sums of counts to a figure, exactly; rounded once, when it's shown.

A term is a count's name, with a minus before it where it's taken away. Where there's nothing to
divide by there's no figure (None): an interval without contacts has no service level.
"""

from fractions import Fraction

from msgspec import Struct

from roost.office.measures.counts import Sums

Terms = tuple[str, ...]


class Total(Struct, frozen=True, tag=True):
    """A sum of counts."""

    of: Terms


class Share(Struct, frozen=True, tag=True):
    """Per cent."""

    part: Terms
    whole: Terms


class Mean(Struct, frozen=True, tag=True):
    """A length for each."""

    total: Terms
    over: Terms


Formula = Total | Share | Mean


def terms_of(formula: Formula) -> tuple[str, ...]:
    """The names of all counts in it, each once."""
    match formula:
        case Total(of):
            used = of
        case Share(part, whole):
            used = (*part, *whole)
        case Mean(total, over):
            used = (*total, *over)
    return tuple(dict.fromkeys(term.removeprefix("-") for term in used))


def counted_by(formula: Formula) -> Terms:
    """The counts that are the figure, or that it's divided by: the things it's made of."""
    match formula:
        case Total(of):
            return of
        case Share(_, whole):
            return whole
        case Mean(_, over):
            return over


def total(terms: Terms, sums: Sums) -> int:
    """The value of some terms."""
    value = 0
    for term in terms:
        if term[0] == "-":
            value -= sums.get(term[1:], 0)
        else:
            value += sums.get(term, 0)
    return value


def exact(formula: Formula, sums: Sums) -> Fraction | None:
    """The figure, not rounded; a share as a part of 1."""
    match formula:
        case Total(of):
            return Fraction(total(of, sums))
        case Share(part, whole):
            base = total(whole, sums)
            return Fraction(total(part, sums), base) if base else None
        case Mean(length, over):
            base = total(over, sums)
            return Fraction(total(length, sums), base) if base else None


def shown(formula: Formula, sums: Sums) -> float | int | None:
    """As it's shown: a share in per cent with one decimal, anything else whole; halves up."""
    match formula:
        case Total(of):
            return total(of, sums)
        case Share(part, whole):
            base = total(whole, sums)
            return _half_up(1_000 * total(part, sums), base) / 10 if base else None
        case Mean(length, over):
            base = total(over, sums)
            return _half_up(total(length, sums), base) if base else None


def _half_up(part: int, base: int) -> int:
    return (2 * part + base) // (2 * base)


def text(formula: Formula) -> str:
    """The formula as it's read: "answered_in_target ÷ (answered + abandoned)"."""
    match formula:
        case Total(of):
            return _sum(of)
        case Share(part, whole):
            return f"{_grouped(part)} ÷ {_grouped(whole)}"
        case Mean(length, over):
            return f"{_grouped(length)} ÷ {_grouped(over)}"


def _sum(terms: Terms) -> str:
    first, *rest = terms
    return first + "".join(f" − {term[1:]}" if term[0] == "-" else f" + {term}" for term in rest)


def _grouped(terms: Terms) -> str:
    return f"({_sum(terms)})" if len(terms) > 1 else _sum(terms)
