"""Distinct id types: a mistaken argument is a type error, not a lost call.

An id is a short ASCII string. Ids made inside a stream come from that stream's counter
(FOUNDATION, 1); ids that face the world are HMACs made in an adapter.
"""

from typing import Final, NewType

ClientId = NewType("ClientId", str)  # the company that we answer for
Owner = NewType("Owner", str)  # a ClientId, or OPERATOR
ContactId = NewType("ContactId", str)  # "C17": one customer's one matter
SegmentId = NewType("SegmentId", str)  # "C17/s1": one agent handling it
LegId = NewType("LegId", str)  # "C17/a1", or the telephony adapter's HMAC for a caller's leg
AgentId = NewType("AgentId", str)  # "1001"
QueueId = NewType("QueueId", str)  # "power-grid/outage": always CLIENT/NAME
FlowId = NewType("FlowId", str)  # "power-grid/main": always CLIENT/NAME
OfferId = NewType("OfferId", str)  # "C17/o1"
PlayId = NewType("PlayId", str)  # "C17/p3": one run of a list of prompts
CollectId = NewType("CollectId", str)  # "C17/d2": one collection of digits
TrackId = NewType("TrackId", str)  # "C17/a1/t1": one leg's recording
PromptId = NewType("PromptId", str)  # content hash of a spoken text or a recording
TrunkId = NewType("TrunkId", str)
MediaId = NewType("MediaId", str)  # one media process
SkillId = NewType("SkillId", str)
ModeId = NewType("ModeId", str)  # "power-grid.m3": a mode that somebody declared
TaskId = NewType("TaskId", str)  # "T17": work that isn't a call now
MoveId = NewType("MoveId", str)  # what a supervisor changed for now; it comes with the command
EntryId = NewType("EntryId", str)  # a number in a client's directory
VaultId = NewType("VaultId", str)  # where a personal value lies; the log holds only this
CommandId = NewType("CommandId", str)  # the same id twice is done once
StreamName = NewType("StreamName", str)  # "cell-1", "office", "settings"
Digest = NewType("Digest", str)  # sha256, hex

OPERATOR: Final = Owner("operator")


def owner_of(client: ClientId) -> Owner:
    """A client's own things are owned by the client."""
    return Owner(client)
