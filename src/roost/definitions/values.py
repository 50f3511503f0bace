"""What stands in the documents: texts of a certain form, numbers within bounds."""

from typing import Annotated, Final

from msgspec import Meta, Struct


def says(description: str, **more: object) -> Meta:
    """What a key is for, in the schema and on the reference page."""
    return Meta(extra_json_schema={"description": description}, **more)  # type: ignore[arg-type]


NAME: Final = r"^[a-z][a-z0-9-]{0,39}$"

Name = Annotated[
    str,
    Meta(pattern=NAME, extra={"expects": "a name: small letters, digits and -, up to 40"}),
]
Duration = Annotated[
    str,
    Meta(
        pattern=r"^(0|([0-9]{1,4}d)?([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,5}(\.[0-9]{1,3})?s)?)$",
        min_length=1,
        max_length=24,
        extra={"expects": "a length of time with its unit: 20s, 5m, 1h30m"},
    ),
]
Span = Annotated[
    str,
    Meta(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        extra={"expects": "a span such as 08:00-12:30 (24:00 is the day's end)"},
    ),
]
Days = Annotated[
    str,
    Meta(
        pattern=r"^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$",
        extra={"expects": "a day or days: mon, sat-sun, mon-fri"},
    ),
]
Date = Annotated[
    str,
    Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", extra={"expects": "a day: 2026-10-01"}),
]
Moment = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T([01][0-9]|2[0-3]):[0-5][0-9])?$",
        extra={"expects": "a day, or a minute of it: 2026-10-01, 2026-10-01T14:00"},
    ),
]
Clock = Annotated[
    str,
    Meta(
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        extra={"expects": "a time of the day in quotes: '22:00'"},
    ),
]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", extra={"expects": "a currency code: CNY"})]
Quantity = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$",
        extra={"expects": "a number with up to six places: 500000"},
    ),
]
Percentage = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,4}(\.[0-9]{1,6})?$",
        extra={"expects": "a number in a hundred: 115"},
    ),
]
Rate = Annotated[
    str,
    Meta(
        pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$",
        extra={"expects": "a decimal with up to six places: 0.85"},
    ),
]
Dialled = Annotated[
    str,
    Meta(
        pattern=r"^\+?[0-9]{2,20}$",
        extra={"expects": "a number as it's dialled: digits, perhaps a + before them"},
    ),
]
Prefix = Annotated[
    str,
    Meta(
        pattern=r"^\+?[0-9]{1,20}$",
        extra={"expects": "how numbers begin: digits, perhaps a + before them"},
    ),
]
Colour = Annotated[
    str,
    Meta(pattern=r"^#[0-9a-fA-F]{6}$", extra={"expects": 'a colour in quotes: "#0f766e"'}),
]
Language = Annotated[
    str,
    Meta(
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        extra={"expects": "a language code: zh, en, de"},
    ),
]
Title = Annotated[str, Meta(min_length=1, max_length=120)]
Text = Annotated[str, Meta(min_length=1, max_length=1000)]
LongText = Annotated[str, Meta(min_length=1, max_length=8000)]
Level = Annotated[int, Meta(ge=1, le=10)]
Priority = Annotated[int, Meta(ge=0, le=100)]
Attempts = Annotated[int, Meta(ge=1, le=10)]
Key = Annotated[
    str, Meta(pattern=r"^[0-9*#]$", extra={"expects": "a key of the phone: 0 to 9, * or #"})
]
Variable = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", extra={"expects": "a name: small letters and _"})
]


class Document(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Every part of a document: an unknown key is a mistake."""
