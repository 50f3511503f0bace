"""What telephony is told, from the settings, the secrets and the definitions in force."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from roost.adapters.telephony.settings import (
    CallerList,
    TelephonySettings,
    TrunkSettings,
    WayOut,
)
from roost.floor.calls.model import Account
from roost.floor.dialling import Reach
from roost.kernel.ids import ClientId, Owner, TrunkId, VaultId
from roost.ports.log import Vault
from roost.ports.media import Law
from roost.processes.places import SETTINGS
from roost.processes.secrets import Secrets
from roost.processes.settings import Settings
from roost.processes.settings import WayOut as Way
from roost.processes.stores import Store
from roost.protocols.sip.digest import Secret, secret_of

LISTS: Final = "callers/"


def settings_of(settings: Settings, known: Secrets) -> TelephonySettings:
    """Numbers, lists and phones follow with `Telephony.configure`."""
    sip = settings.sip
    return TelephonySettings(
        advertise=sip.advertised(),
        port=sip.port,
        realm=sip.realm,
        key=known.key(),
        trunks=tuple(
            TrunkSettings(
                id=TrunkId(name),
                addresses=trunk.addresses,
                law=Law(trunk.law),
                username=trunk.username,
                secret=secret_of(trunk.username, sip.realm, known.trunks[name])
                if trunk.username
                else None,
                trusted=trunk.trusted,
                out=_way_out(trunk.out, known.calling_out.get(name, "")),
            )
            for name, trunk in settings.trunks.items()
        ),
        law=Law(next(iter(settings.trunks.values())).law),
        most_calls=settings.bounds.most_calls,
    )


def _way_out(way: Way | None, password: str) -> WayOut | None:
    if way is None:
        return None
    host, port = way.address()
    return WayOut(
        proxy=host,
        port=port,
        transport=way.transport,
        order=way.order,
        domain=way.domain,
        hidden=way.caller_id == "hidden",
        username=way.username,
        password=password,
    )


def reaches_of(accounts: Mapping[str, Account]) -> dict[ClientId, Reach]:
    """Whom agents may call for each client."""
    return {
        ClientId(client): Reach(account.directory, account.calling_out)
        for client, account in accounts.items()
    }


def phones_of(users: Iterable[str], known: Secrets, realm: str) -> dict[str, Secret]:
    """Each agent's SIP secret, as it's kept in memory."""
    return {user: secret_of(user, realm, known.sip[user]) for user in users}


def lists_of(store: Store, clients: Iterable[ClientId]) -> tuple[CallerList, ...]:
    """The clients' caller lists, from the settings' vault. Blocking."""
    wanted = set(clients)
    found: list[CallerList] = []
    for owner, place, value in store.vault(SETTINGS).listing(LISTS):
        client, tag = ClientId(owner), place.rpartition("/")[2]
        numbers = tuple(msgspec.json.decode(value, type=list[str]))
        if client in wanted and numbers:
            found.append(CallerList(tag, client, numbers))
    return tuple(found)


class WithMasked:
    """A vault that also finds masked digits, which are in media's client's memory alone."""

    def __init__(self, vault: Vault, masked: Callable[[VaultId], bytes | None]) -> None:
        self._vault = vault
        self._masked = masked

    def reveal(self, owner: Owner, id: VaultId) -> bytes | None:
        return self._masked(id) or self._vault.reveal(owner, id)

    def listing(self, prefix: str) -> list[tuple[Owner, VaultId, bytes]]:
        return self._vault.listing(prefix)
