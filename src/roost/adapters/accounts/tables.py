"""The tables of `accounts.db`. Every key begins with its owner or its account."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

SCHEMA_VERSION: Final = 4  # kept in SQLite's user_version

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("owner", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("id", Integer, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("agent", String),
    Column("password", String, nullable=False),  # argon2id, with its parameters
    Column("disabled", Boolean, nullable=False, default=False),
    Column("teams", String, nullable=False, server_default="[]"),  # JSON; since schema 2
)

sessions = Table(
    "sessions",
    metadata,
    Column("secret", LargeBinary, primary_key=True),  # SHA-256 of 32 random bytes
    Column("account", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("opened", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("sessions_by_account", "account", "opened"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("account", Integer, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Integer, primary_key=True),
    Column("label", String, nullable=False),
    Column("scopes", String, nullable=False),  # by spaces, sorted
    Column("secret", LargeBinary, unique=True, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
)

codes = Table(
    "codes",  # of televisions that aren't paired yet; since schema 3
    metadata,
    Column("code", String, primary_key=True),
    Column("secret", LargeBinary, unique=True, nullable=False),
    Column("source", String, nullable=False),
    Column("until", BigInteger, nullable=False),
)

wallboards = Table(
    "wallboards",  # since schema 3
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scope", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("team", String, nullable=False),
    Column("name", String, nullable=False),
    Column("agents", Boolean, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("secret", LargeBinary, unique=True, nullable=False),  # SHA-256, as a session's
    Column("revoked", Boolean, nullable=False, default=False),
)

changes = Table(
    "changes",  # of what somebody may, for feeds that stay open; since schema 4
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("account", String, nullable=False),  # U7, or a wallboard's: W3
    sqlite_autoincrement=True,  # a number is never given twice, however many are forgotten
)
