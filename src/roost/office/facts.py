"""What the office was told about a client's months, folded from its stream: what drafts take in
beside what was measured."""

from collections.abc import Iterator, MutableMapping

from msgspec import Struct, structs

from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, ContactId, SegmentId
from roost.office.accounts import messages as say
from roost.office.contracts.measured import Measured
from roost.office.contracts.messages import Exclusion, ForecastLocked
from roost.office.contracts.one_off import OneOff
from roost.office.contracts.pricing import Unbilled
from roost.office.invoices.tally import Tally
from roost.office.quantities import Quantities, Served


class Facts(Struct):
    """One client's. `forecasts`: all that were given, each locked when it was: which holds for a
    day is told by the contract's lead. `struck`: contacts that have no line any more, by the
    dispute that took them out. `codes`: wrap-up codes put right."""

    exclusions: dict[str, Exclusion] = {}
    forecasts: dict[str, ForecastLocked] = {}
    one_off: dict[str, OneOff] = {}
    struck: dict[ContactId, str] = {}
    codes: dict[SegmentId, str] = {}

    def quantities(self, tally: Tally, period: str, served: tuple[Served, ...]) -> Quantities:
        """What a month's draft is computed from."""
        return Quantities(
            tally,
            served=served,
            exclusions=tuple(self.exclusions.values()),
            forecasts=tuple(self.forecasts.values()),
            one_off=tuple(
                one for one in self.one_off.values() if say.period_of_item(one) == period
            ),
        )


NOTHING_TOLD = Facts()


def fold_facts(facts: MutableMapping[ClientId, Facts], envelope: Envelope) -> bool:
    """Takes in an event of the office's stream; whether drafts may differ by it."""
    client = ClientId(envelope.owner)
    own = facts.get(client)
    if own is None:
        own = facts[client] = Facts()
    match envelope.body:
        case say.DisputeSettled() as settled:
            _settled(own, settled)
        case say.OneOffAdded(item=item, one_off=one_off):
            own.one_off[item] = one_off
        case say.OneOffDropped(item=item):
            del own.one_off[item]
        case say.CodeCorrected(segment=segment, code=code):
            own.codes[segment] = code
        case _:
            return _of_terms(own, envelope)
    return True


def _settled(own: Facts, settled: say.DisputeSettled) -> None:
    own.struck |= dict.fromkeys(settled.struck, str(settled.dispute))
    own.one_off |= dict(settled.items)
    for contact in settled.restored:
        own.struck.pop(contact, None)
    for item in settled.dropped:
        own.one_off.pop(item, None)


def _of_terms(own: Facts, envelope: Envelope) -> bool:
    """What service terms and floors take in."""
    match envelope.body:
        case say.ExclusionDeclared() as made:
            own.exclusions[made.exclusion] = Exclusion(
                made.since,
                made.until,
                made.exclusion,
                made.queues,
                programme=made.programme,
                declared_by=envelope.actor,
            )
        case say.ExclusionAnswered(exclusion=exclusion, accepted=accepted):
            known = own.exclusions[exclusion]
            own.exclusions[exclusion] = structs.replace(known, accepted=accepted)
        case say.ExclusionWithdrawn(exclusion=exclusion):
            del own.exclusions[exclusion]
        case say.ForecastGiven() as given:
            name = say.forecast_id(ClientId(given.owner), given.period, given.programme)
            own.forecasts[f"{name}#{envelope.number}"] = ForecastLocked(
                given.first_day, given.counts, envelope.at, given.programme, given.interval_us
            )
        case _:
            return False
    return True


def touched(envelope: Envelope) -> Iterator[ContactId]:
    """The contacts whose lines an event may change."""
    match envelope.body:
        case say.DisputeSettled(struck=struck, restored=restored):
            yield from struck
            yield from restored
        case say.CodeCorrected(contact=contact) if contact is not None:
            yield contact
        case _:
            pass


def out_of_the_bill(facts: Facts, measured: Measured) -> Unbilled | None:
    """Why a contact has no line, as far as the office was told."""
    return Unbilled("disputed") if measured.contact in facts.struck else None


def corrected(facts: Facts, measured: Measured) -> Measured:
    """A contact with its wrap-up codes as they were put right."""
    if not any(one.segment in facts.codes for one in measured.segments):
        return measured
    return structs.replace(
        measured,
        segments=tuple(
            structs.replace(one, code=facts.codes.get(one.segment, one.code))
            for one in measured.segments
        ),
    )
