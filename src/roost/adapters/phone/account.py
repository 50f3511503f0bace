"""Whose phone it is, and what its registration came to."""

from msgspec import Struct

from roost.protocols.sip.headers import parse_address, parse_contacts
from roost.protocols.sip.message import Response
from roost.protocols.sip.routing import UDP
from roost.protocols.sip.uri import BadSyntax


class Account(Struct, frozen=True):
    """Whose phone it is, and where its centre is. Without a password nothing is proved: a
    caller's phone, known by its address."""

    user: str
    password: str
    host: str
    port: int = 5060
    transport: str = UDP
    display: str = ""


class NotRegistered(Exception):
    """The centre refused, or didn't answer (status 0)."""

    def __init__(self, status: int) -> None:
        super().__init__(f"registration failed: {status or 'no answer'}")
        self.status = status


def granted_s(response: Response, contact: str, asked: int) -> int:
    """How long our contact was granted, in seconds."""
    try:
        ours = parse_address(contact).uri
        for one in parse_contacts(response.headers) or []:
            value = one.param("expires") or ""
            if one.uri == ours and value.isdecimal():
                return int(value)
    except BadSyntax:
        return asked
    return asked
