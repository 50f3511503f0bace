"""The documents of the simulator: `scenarios/NAME.yaml`."""

from typing import Annotated

from msgspec import Meta

from roost.definitions.values import Dialled, Document, Duration, says


class Arrivals(Document, frozen=True, kw_only=True):
    """How many callers, and when."""

    per_half_hour: Annotated[
        list[Annotated[int, Meta(ge=0, le=1_000_000)]],
        says("Expected calls in each half hour from the start, repeated"),
    ]
    keys: Annotated[
        dict[str, Annotated[int, Meta(ge=0, le=1000)]],
        says("What callers press, by weight: keys, `invalid`, `silence`, `hang-up`"),
    ]


class Handling(Document, frozen=True, kw_only=True):
    """How long agents take, by menu label (`any` for the rest): mean times."""

    talk: Annotated[Duration, says("Mean of talking")]
    wrap_up: Annotated[Duration, says("Mean of writing up")]


class Scenario(Document, frozen=True, kw_only=True):
    """`scenarios/NAME.yaml`: callers and agents for the simulator."""

    client: Annotated[str, says("Whose number is called")]
    number: Annotated[Dialled, says("The number")]
    begins: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$",
            extra={"expects": "a local time: 2026-03-02 08:00"},
        ),
        says("Local time in the centre's zone"),
    ]
    lasts: Annotated[Duration, says("How long callers come")]
    arrivals: Annotated[Arrivals, says("The callers")]
    patience: Annotated[Duration, says("Mean patience while waiting (exponential)")]
    handling: Annotated[dict[str, Handling], says("Times by menu label, or `any`")]
    agents: Annotated[
        dict[str, str] | list[str],
        says("Who works: users, or users with a span such as 08:00-17:00"),
    ]
    decline_percent: Annotated[
        int, Meta(ge=0, le=100), says("Offers that agents decline or miss, in a hundred")
    ] = 2
    wrap_up_codes: Annotated[
        dict[str, Annotated[int, Meta(ge=0, le=1000)]], says("Codes given, by weight")
    ] = {}
