"""SIP's final answers and our reasons, both ways, in one place."""

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
    Reason.REJECTED: 480,
    Reason.TRANSFERRED: 480,
    Reason.TAKEN_ELSEWHERE: 480,
    Reason.CALLER_LEFT: 487,
    Reason.WAITED_TOO_LONG: 480,
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
    *(Reason.DECLINED, Reason.BUSY, Reason.NO_ANSWER, Reason.REJECTED),
    *(Reason.NO_COMMON_CODEC, Reason.UNREACHABLE),
)


def most_telling(failures: list[tuple[Blame, Reason, int]]) -> tuple[Blame, Reason, int]:
    return min(failures, key=lambda one: _RANK.index(one[1]) if one[1] in _RANK else len(_RANK))
