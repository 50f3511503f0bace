"""Who ended a contact, a leg, a call to the web, and why: one closed list for the house."""

from enum import StrEnum


class Blame(StrEnum):
    CALLER = "caller"
    AGENT = "agent"
    CLIENT = "client"  # the client's own flow or system decided it
    NETWORK = "network"
    US = "us"


class Reason(StrEnum):
    HUNG_UP = "hung_up"  # a person ended it, as people do
    FLOW_ENDED = "flow_ended"  # the flow came to its end and said goodbye
    VOICEMAIL_TAKEN = "voicemail_taken"
    CANCELLED = "cancelled"  # the caller gave up before we answered
    DECLINED = "declined"  # an agent, or the agent's phone, said no
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    UNREACHABLE = "unreachable"  # no registration, 404, 480, transport failure
    WRONG_NUMBER = "wrong_number"  # nobody has it, or it's incomplete
    REJECTED = "rejected"  # another final answer of the peer
    TRANSFERRED = "transferred"  # the agent handed the contact on
    TAKEN_ELSEWHERE = "taken_elsewhere"  # a forked leg that lost
    CALLER_LEFT = "caller_left"  # an agent's leg ended because the caller had gone
    WAITED_TOO_LONG = "waited_too_long"  # the queue's limit, with nowhere to go on
    CLOSED = "closed"  # outside opening hours
    CALLBACK_PROMISED = "callback_promised"  # the caller will be called when it's their turn
    CALLBACK_LAPSED = "callback_lapsed"  # a promised call whose time ran out before its turn
    SESSION_EXPIRED = "session_expired"  # RFC 4028
    MEDIA_SILENT = "media_silent"  # no packets, and nobody answered when asked
    MEDIA_LOST = "media_lost"  # the media process is gone
    NO_COMMON_CODEC = "no_common_codec"
    OVERLOADED = "overloaded"
    DRAINED = "drained"  # the centre was stopped
    FAULT = "fault"  # an assertion failed: an incident file tells more


LOST = frozenset({Reason.MEDIA_LOST, Reason.FAULT, Reason.OVERLOADED, Reason.DRAINED})
