"""`secrets.toml` in the data folder: what a centre makes up for itself at its first start.

    centre_key = "64 hex digits"     HMAC key of every id that faces the world
    [sip]                            one machine-made password per agent's phone
    1001 = "…"
    [trunks]                         one per trunk that has a username
    [calling_out]                    what we prove ourselves with to a trunk: the carrier's own
                                     password, written over the one that was made up

Readable by its owner only. Nothing here is ever in a definition, a log or an event; a phone's
secret is apart from its person's login. An agent who's new in the definitions gets a secret
when they're put in force; nobody's is ever changed by itself.
"""

import json
import os
import secrets
import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

FILE = "secrets.toml"


class BadSecrets(Exception):
    """`secrets.toml` can't be used; the message names the mend."""


class Secrets(Struct, frozen=True, forbid_unknown_fields=True):
    centre_key: str
    sip: dict[str, str] = {}
    trunks: dict[str, str] = {}
    calling_out: dict[str, str] = {}

    def key(self) -> bytes:
        return bytes.fromhex(self.centre_key)


def ensure(
    data: Path,
    agents: Iterable[str],
    trunks: Iterable[str] = (),
    calling_out: Iterable[str] = (),
) -> Secrets:
    """The centre's secrets, with one for each of these agents and trunks (calls in, calls out),
    made where missing."""
    path = data / FILE
    known = read(data) if path.exists() else Secrets(secrets.token_hex(32))
    sip = {agent: secrets.token_urlsafe(18) for agent in agents if agent not in known.sip}
    ways = {trunk: secrets.token_urlsafe(18) for trunk in trunks if trunk not in known.trunks}
    out = {
        trunk: secrets.token_urlsafe(18) for trunk in calling_out if trunk not in known.calling_out
    }
    if path.exists() and not sip and not ways and not out:
        return known
    full = Secrets(
        known.centre_key,
        {**known.sip, **sip},
        {**known.trunks, **ways},
        {**known.calling_out, **out},
    )
    _write(path, full)
    return full


def read(data: Path) -> Secrets:
    """Raises BadSecrets."""
    path = data / FILE
    try:
        if path.stat().st_mode & 0o077:
            raise BadSecrets(f"{path} can be read by others: run chmod 600 {path}")
        found = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Secrets)
        found.key()
    except FileNotFoundError:
        raise BadSecrets(f"{path} isn't there yet: start the centre once (roost up).") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise BadSecrets(
            f"{path}: {error}. Bring it back from a backup; with another centre_key no dialog"
            " and no vault of this centre can be used again."
        ) from None
    return found


def _write(path: Path, full: Secrets) -> None:
    """All or nothing: into a new file of ours, then over the old one."""
    lines = [
        "# Made by roost at the first start. Keep it: without centre_key the data is lost.",
        f'centre_key = "{full.centre_key}"',
    ]
    tables = (("sip", full.sip), ("trunks", full.trunks), ("calling_out", full.calling_out))
    for title, values in tables:
        lines += ["", f"[{title}]"]
        # JSON's strings are TOML basic strings for what we make and for plain names.
        lines += [f"{json.dumps(name)} = {json.dumps(word)}" for name, word in values.items()]
    fresh = path.with_name(path.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
