"""The certificate that `web` speaks https with: one that was given, or one of our own making.

Ours lies in the data folder (`tls/`), is made at the first start and again before it runs out or
when the machine's address changes. Browsers can't know it: they ask the person once, who
compares its fingerprint with the one that `roost up` says. Whoever may read the data folder
(`roost watch`, `roost phone`) trusts exactly this certificate.
"""

import datetime
import ipaddress
import os
import socket
import ssl
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from roost.adapters.clock.wall import CellClock
from roost.processes.settings import Launch

DAYS: Final = 397  # the longest that browsers take
RENEW_DAYS: Final = 30


class BadCertificate(Exception):
    """The given certificate can't be used; the message names the mend."""


class Certificate(Struct, frozen=True):
    """Files in PEM. `fingerprint` is SHA-256, as browsers show it."""

    certificate: Path
    key: Path
    fingerprint: str
    own: bool


def ensure(launch: Launch) -> Certificate | None:
    """What https is spoken with; None where it isn't. Makes our own where it's missing. Raises
    BadCertificate."""
    http = launch.settings.http
    if not http.speaks_tls:
        return None
    if http.tls == "given":
        folder = Path(launch.centre)
        return _given(folder / http.certificate, folder / http.key)
    certificate, key = _own_files(launch)
    names = _names(launch)
    known = _read(certificate)
    if known is None or not key.exists() or _stale(known, names):
        known = _make(certificate, key, names)
    return Certificate(certificate, key, _fingerprint(known), own=True)


def trusted(launch: Launch) -> ssl.SSLContext | None:
    """For a program on this machine: trusts the very certificate that the running centre
    speaks with. None where it speaks plain http. Raises BadCertificate."""
    http = launch.settings.http
    if not http.speaks_tls:
        return None
    folder = Path(launch.centre)
    file = folder / http.certificate if http.tls == "given" else _own_files(launch)[0]
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cafile=file)
    except (OSError, ssl.SSLError) as error:
        raise BadCertificate(f"{file}: {error}. Start the centre once, or mend the file.") from None
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = False  # it's known by itself, not by its name
    return context


def _given(certificate: Path, key: Path) -> Certificate:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise BadCertificate(
            f"http.certificate {certificate} and http.key {key} can't be used: {error}. Give a"
            " PEM chain and its unencrypted key, readable by whoever runs roost."
        ) from None
    found = _read(certificate)
    assert found is not None
    return Certificate(certificate, key, _fingerprint(found), own=False)


def _own_files(launch: Launch) -> tuple[Path, Path]:
    folder = launch.places.tls
    return folder / "own.crt", folder / "own.key"


def _names(launch: Launch) -> tuple[str, ...]:
    http = launch.settings.http
    found = [http.advertised(), http.bind, "127.0.0.1", "::1", "localhost", socket.gethostname()]
    return tuple(dict.fromkeys(one for one in found if one not in ("0.0.0.0", "::", "")))


def _read(file: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError):
        return None


def _now() -> datetime.datetime:
    return datetime.datetime.fromtimestamp(CellClock().now() / 1e6, datetime.UTC)


def _stale(known: x509.Certificate, names: tuple[str, ...]) -> bool:
    left = known.not_valid_after_utc - _now()
    alternative = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return left < datetime.timedelta(days=RENEW_DAYS) or alternative != _alternative(names)


def _alternative(names: tuple[str, ...]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([_general(name) for name in names])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _make(certificate: Path, key: Path, names: tuple[str, ...]) -> x509.Certificate:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Roost")])
    now = _now()
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS - 1))
        .add_extension(_alternative(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    text = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(key, text)
    _write(certificate, made.public_bytes(serialization.Encoding.PEM))
    return made


def _write(path: Path, text: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _fingerprint(certificate: x509.Certificate) -> str:
    return ":".join(f"{one:02X}" for one in certificate.fingerprint(hashes.SHA256()))
