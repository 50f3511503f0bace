"""`alerts` of centre.yaml and client.yaml, as they are written."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from roost.definitions.values import Document, Duration, Text, says
from roost.floor.alert_rules import AlertMeasure

Figure = Annotated[int, Meta(ge=0, extra={"expects": "a number, 0 or more"})]


class AlertTo(StrEnum):
    """Roles that get an alert; the operator's admins get all."""

    SUPERVISOR = "supervisor"
    CLIENT_MANAGER = "client-manager"
    AGENT = "agent"
    WALLBOARD = "wallboard"


class AlertDocument(Document, frozen=True, kw_only=True):
    """When somebody should look: one of `above` and `below`, in the measure's unit."""

    measure: Annotated[
        AlertMeasure,
        says(
            "`waiting` and `abandoned` in contacts, `longest_wait` in seconds, `service_level` in"
            " per cent, `ready` in agents"
        ),
    ]
    above: Annotated[Figure | UnsetType, says("Raised above this")] = UNSET
    below: Annotated[Figure | UnsetType, says("Raised below this")] = UNSET
    after: Annotated[Duration, says("Raised once it has lasted so long")] = "30s"
    clears_at: Annotated[
        Figure | UnsetType, says("Cleared when it's back here; by default the threshold")
    ] = UNSET
    to: Annotated[list[AlertTo], says("Who gets it")] = field(
        default_factory=lambda: [AlertTo.SUPERVISOR]
    )
    what_to_do: Annotated[Text, says("What they should do")]


class TeamAlert(AlertDocument, frozen=True, kw_only=True):
    """About the whole centre, or the agents of a team (`ready` alone)."""

    team: Annotated[str, says("One of the centre's teams")] = ""


class QueueAlert(AlertDocument, frozen=True, kw_only=True):
    """About the whole client, or one of its queues."""

    queue: Annotated[str, says("One of the client's queues")] = ""
