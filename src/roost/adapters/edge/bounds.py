"""The edge's bounds, with what happens when one is reached."""

from typing import Final

MOST_SESSIONS: Final = 4_000  # more are refused with no_room
QUIET_S: Final = 1.0  # no audio for so long: the line counts as interrupted
LOST_S: Final = 30.0  # no connectivity check for so long: the session is over (RFC 7675 5.1)
NEVER_S: Final = 30.0  # offered and not connected for so long: the session is over
LOOK_S: Final = 0.2  # how often all sessions are looked at for the three above
MOST_DATAGRAMS: Final = 256  # of one socket before others have their turn
MOST_DATAGRAM: Final = 1_472  # longer ones are dropped: no voice packet is
DTLS_MTU: Final = 1_200  # RFC 9147 4.4: what every path takes
MOST_SOURCES: Final = 8  # addresses that one session's checks come from; the oldest is forgotten
MESSAGE_BYTES: Final = 65_536  # of control's protocol
MOST_UNREAD_BYTES: Final = 1 << 20  # a control that doesn't read what it's told is cut off
REPLY_S: Final = 3.0  # control waits so long for an answer
AGAIN_S: Final = 0.1  # between two attempts to connect
GONE_S: Final = 3.0  # unreachable for so long: its sessions count as lost
MOST_PAIRS: Final = 50  # attempts to find two free ports in a row
MOST_OPUS: Final = 60  # lines sent Opus at a time; further lossy ones go on in G.711, counted
RECEIVE_BYTES: Final = 4 << 20  # the browsers' socket: a second of two thousand desks
