"""The DTLS handshake that gives a browser's SRTP its keys (RFC 5764), as its client.

No socket is known here: datagrams go in, datagrams come out, and `due_s` says when to look
again. Who the browser is stands in the fingerprint of its offer, not in a certificate chain.
"""

import datetime
from collections.abc import Sequence
from typing import Any, Final, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct
from OpenSSL import SSL
from pylibsrtp import Policy

from roost.adapters.edge.bounds import DTLS_MTU

LABEL: Final = b"EXTRACTOR-dtls_srtp"
RECORD_BYTES: Final = 13  # a record's header, its length in the last two
CIPHERS: Final = b"ECDHE+AESGCM:ECDHE+CHACHA20"
HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "sha-256": hashes.SHA256,
    "sha-384": hashes.SHA384,
    "sha-512": hashes.SHA512,
}
POLICY: Final[Any] = Policy  # it comes without types
#: OpenSSL's name → pylibsrtp's profile, key bytes, salt bytes (RFC 7714 12, RFC 5764 4.1.2)
PROFILES: Final[dict[bytes, tuple[int, int, int]]] = {
    b"SRTP_AEAD_AES_128_GCM": (POLICY.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    b"SRTP_AES128_CM_SHA1_80": (POLICY.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
}
YEARS: Final = 10


class Failed(Exception):
    """The handshake can't succeed."""


class Keys(Struct, frozen=True):
    """What both directions are protected with."""

    profile: int
    ours: bytes  # key and salt of what we send
    theirs: bytes


class Identity:
    """The edge's certificate, made anew with each process: browsers know it by its fingerprint
    alone, which goes with every answer."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "roost edge")])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=365 * YEARS))
            .sign(key, hashes.SHA256())
        )
        self.fingerprint = _text(certificate.fingerprint(hashes.SHA256()))
        context: Any = SSL.Context(SSL.DTLS_METHOD)
        context.use_certificate(certificate)
        context.use_privatekey(key)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _any_chain)
        context.set_cipher_list(CIPHERS)
        context.set_tlsext_use_srtp(b":".join(PROFILES))
        self.context = context


def _any_chain(*_: object) -> bool:
    """The fingerprint decides, after the handshake."""
    return True


def _text(digest: bytes) -> str:
    return ":".join(f"{one:02X}" for one in digest)


class Handshake:
    """One browser's handshake and what stays of it for its end."""

    def __init__(self, identity: Identity, fingerprints: Sequence[tuple[str, str]]) -> None:
        self._fingerprints = fingerprints
        self._connection: Any = SSL.Connection(identity.context)
        self._connection.set_connect_state()
        self._connection.set_ciphertext_mtu(DTLS_MTU)
        self.keys: Keys | None = None
        self.closed = False  # the browser said goodbye

    def step(self, datagram: bytes = b"") -> list[bytes]:
        """Takes a datagram (none: begin, or the timer), gives what is to be sent. Raises
        Failed."""
        connection = self._connection
        try:
            if datagram:
                connection.bio_write(datagram)
            elif self.keys is None:
                connection.DTLSv1_handle_timeout()
            if self.keys is None:
                connection.do_handshake()
                self.keys = self._export()
            elif datagram:
                connection.recv(1)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.closed = True
        except SSL.Error as trouble:
            raise Failed(str(trouble)) from None
        return self._out()

    def due_s(self) -> float | None:
        """When to step without a datagram."""
        return None if self.keys is not None else self._connection.DTLSv1_get_timeout()

    def goodbye(self) -> list[bytes]:
        """Tells the browser that it's over."""
        if self.keys is None:
            return []
        try:
            self._connection.shutdown()
        except SSL.Error:
            return []
        return self._out()

    def _out(self) -> list[bytes]:
        """What OpenSSL wrote, in datagrams of whole records."""
        try:
            data: bytes = self._connection.bio_read(65_536)
        except SSL.WantReadError:
            return []
        datagrams: list[bytes] = []
        start = at = 0
        while at + RECORD_BYTES <= len(data):
            end = at + RECORD_BYTES + int.from_bytes(data[at + 11 : at + RECORD_BYTES], "big")
            if end - start > DTLS_MTU and at > start:
                datagrams.append(data[start:at])
                start = at
            at = end
        datagrams.append(data[start:])
        return datagrams

    def _export(self) -> Keys:
        connection = self._connection
        certificate = cast(
            "x509.Certificate | None", connection.get_peer_certificate(as_cryptography=True)
        )
        if certificate is None or not any(
            _text(certificate.fingerprint(HASHES[name]())) == text
            for name, text in self._fingerprints
        ):
            raise Failed("the certificate isn't the offer's")
        chosen = PROFILES.get(connection.get_selected_srtp_profile())
        if chosen is None:
            raise Failed("no SRTP profile in common")
        profile, key, salt = chosen
        made: bytes = connection.export_keying_material(LABEL, 2 * (key + salt))
        client, server = made[:key], made[key : 2 * key]
        client_salt, server_salt = made[2 * key : 2 * key + salt], made[2 * key + salt :]
        return Keys(profile, client + client_salt, server + server_salt)
