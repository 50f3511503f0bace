"""SIP's final answers and our reasons, both ways, in one place."""

import re
from collections.abc import Mapping
from typing import Final

from roost.kernel.ends import Blame, Reason
from roost.protocols.sip.events import By, Finished, Why

# What a caller is answered when a call isn't taken.
STATUS_OF: Final[Mapping[Reason, int]] = {
    Reason.HUNG_UP: 603,
    Reason.FLOW_ENDED: 480,
    Reason.VOICEMAIL_TAKEN: 480,
    Reason.CANCELLED: 487,
    Reason.DECLINED: 603,
    Reason.NO_ANSWER: 480,
    Reason.BUSY: 486,
    Reason.UNREACHABLE: 480,
    Reason.WRONG_NUMBER: 404,
    Reason.REJECTED: 480,
    Reason.TRANSFERRED: 480,
    Reason.TAKEN_ELSEWHERE: 480,
    Reason.CALLER_LEFT: 487,
    Reason.WAITED_TOO_LONG: 480,
    Reason.CALLBACK_PROMISED: 480,
    Reason.CALLBACK_LAPSED: 480,
    Reason.CLOSED: 480,
    Reason.SESSION_EXPIRED: 408,
    Reason.MEDIA_SILENT: 480,
    Reason.MEDIA_LOST: 503,
    Reason.NO_COMMON_CODEC: 488,
    Reason.OVERLOADED: 503,
    Reason.DRAINED: 503,
    Reason.FAULT: 500,
}

# What a phone's or a trunk's failure means.
REASON_OF: Final[Mapping[int, Reason]] = {
    403: Reason.REJECTED,
    404: Reason.UNREACHABLE,
    408: Reason.NO_ANSWER,
    410: Reason.UNREACHABLE,
    415: Reason.NO_COMMON_CODEC,
    480: Reason.NO_ANSWER,
    484: Reason.UNREACHABLE,
    486: Reason.BUSY,
    487: Reason.NO_ANSWER,
    488: Reason.NO_COMMON_CODEC,
    502: Reason.UNREACHABLE,
    503: Reason.UNREACHABLE,
    504: Reason.UNREACHABLE,
    600: Reason.BUSY,
    603: Reason.DECLINED,
    604: Reason.UNREACHABLE,
    606: Reason.NO_COMMON_CODEC,
}

# What another answer of a trunk means: there's a number, not a phone, at its other side.
OUTSIDE: Final[Mapping[int, Reason]] = {
    403: Reason.REJECTED,
    404: Reason.WRONG_NUMBER,
    410: Reason.WRONG_NUMBER,
    414: Reason.WRONG_NUMBER,
    416: Reason.WRONG_NUMBER,
    484: Reason.WRONG_NUMBER,
    485: Reason.WRONG_NUMBER,
    603: Reason.REJECTED,
    604: Reason.WRONG_NUMBER,
    607: Reason.REJECTED,
    608: Reason.REJECTED,
}

# What the telephone network says in a Reason header (Q.850, RFC 3326), where it's plainer than
# the status that a gateway made of it.
Q850: Final[Mapping[int, Reason]] = {
    1: Reason.WRONG_NUMBER,
    17: Reason.BUSY,
    18: Reason.NO_ANSWER,
    19: Reason.NO_ANSWER,
    20: Reason.NO_ANSWER,
    21: Reason.REJECTED,
    22: Reason.WRONG_NUMBER,
    28: Reason.WRONG_NUMBER,
}
_CAUSE: Final = re.compile(r"(?i)Q\.850\s*;(?:[^,]*;)?\s*cause\s*=\s*([0-9]{1,3})")

AT_FAULT: Final = frozenset((401, 402, 403, 407, 408))  # it's between the trunk and us

# Reason headers (RFC 3326) of our CANCEL and BYE.
TAKEN_ELSEWHERE: Final = 'SIP;cause=200;text="Call completed elsewhere"'
_TEXTS: Final[Mapping[Reason, str]] = {
    Reason.TAKEN_ELSEWHERE: TAKEN_ELSEWHERE,
    Reason.TRANSFERRED: 'SIP;cause=200;text="Transferred"',
    Reason.NO_ANSWER: 'SIP;cause=480;text="No answer"',
    Reason.CALLER_LEFT: 'SIP;cause=487;text="Caller left"',
    Reason.SESSION_EXPIRED: 'SIP;cause=408;text="Session expired"',
    Reason.DRAINED: 'SIP;cause=503;text="Centre stopped"',
    Reason.MEDIA_LOST: 'SIP;cause=503;text="Media lost"',
    Reason.FAULT: 'SIP;cause=500;text="Fault"',
}


def reason_header(reason: Reason) -> str:
    return _TEXTS.get(reason, "")


def failure_of(finished: Finished) -> tuple[Blame, Reason]:
    """Why a leg that we dialled never came up."""
    if finished.why is Why.UNSENT:
        return Blame.NETWORK, Reason.UNREACHABLE
    if finished.why is Why.NO_ANSWER:
        return Blame.NETWORK, Reason.UNREACHABLE  # not even a provisional answer, or too long
    reason = REASON_OF.get(finished.status, Reason.REJECTED)
    network = reason is Reason.UNREACHABLE or finished.status >= 500
    blame = Blame.NETWORK if network and finished.status < 600 else Blame.AGENT
    return blame, reason


def outside_failure_of(finished: Finished) -> tuple[Blame, Reason]:
    """Why a number that we called through a trunk wasn't reached."""
    cause = _CAUSE.search(finished.reason)
    told = Q850.get(int(cause[1])) if cause else None
    if told is not None:
        return Blame.CALLER, told
    if finished.why is Why.REFUSED and finished.status in OUTSIDE:
        return Blame.CALLER, OUTSIDE[finished.status]
    blame, reason = failure_of(finished)
    return (Blame.CALLER if blame is Blame.AGENT else blame), reason


def trunk_failed(finished: Finished) -> bool:
    """Whether another trunk may do better: this one didn't try, or couldn't."""
    if _CAUSE.search(finished.reason) and outside_failure_of(finished)[1] in Q850.values():
        return False
    if finished.why is Why.REFUSED:
        return finished.status in AT_FAULT or 500 <= finished.status < 600
    return finished.why in (Why.NO_ANSWER, Why.UNSENT)


def end_of(finished: Finished, far_end: Blame) -> tuple[Blame, Reason]:
    """Why a leg that was up, or a caller's that was not answered yet, is over."""
    match finished.why:
        case Why.BYE:
            return (
                (far_end, Reason.HUNG_UP) if finished.by is By.THEM else (Blame.US, Reason.HUNG_UP)
            )
        case Why.CANCELLED:
            return far_end, Reason.CANCELLED
        case Why.REFUSED:
            return Blame.US, REASON_OF.get(finished.status, Reason.REJECTED)
        case Why.SESSION:
            return Blame.NETWORK, Reason.SESSION_EXPIRED
        case Why.NO_ACK | Why.NO_ANSWER | Why.UNSENT | Why.UNKNOWN:
            return Blame.NETWORK, Reason.UNREACHABLE


# When several phones of an agent failed, the leg's failure is the most telling one.
_RANK: Final = (
    *(Reason.DECLINED, Reason.BUSY, Reason.WRONG_NUMBER, Reason.NO_ANSWER, Reason.REJECTED),
    *(Reason.NO_COMMON_CODEC, Reason.UNREACHABLE),
)


def most_telling(failures: list[tuple[Blame, Reason, int]]) -> tuple[Blame, Reason, int]:
    return min(failures, key=lambda one: _RANK.index(one[1]) if one[1] in _RANK else len(_RANK))
