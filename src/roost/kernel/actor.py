"""Who gave a command or asked a question. Every command and query carries one."""

from enum import StrEnum

from msgspec import Struct

from roost.kernel.ids import OPERATOR, Owner


class ActorKind(StrEnum):
    PERSON = "person"  # an agent, a supervisor, a client's manager
    TOKEN = "token"  # noqa: S105 - a scoped API token, not a secret
    TRUNK = "trunk"  # a call from outside
    MEDIA = "media"  # a media process
    CLOCK = "clock"  # a timer that ran out
    ROOM = "room"  # a reaction inside the step
    SETUP = "setup"  # `roost apply` and `roost up`


class Actor(Struct, frozen=True, gc=False):
    """`id` names the person, token or trunk; `scopes` what it may do, for `owner` alone
    (the operator sees across)."""

    kind: ActorKind
    id: str
    owner: Owner = OPERATOR
    scopes: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


CLOCK = Actor(ActorKind.CLOCK, "engine")
SETUP = Actor(ActorKind.SETUP, "definitions")
