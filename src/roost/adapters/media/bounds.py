"""Every bound of the media process, by name, with what happens when it's reached."""

from typing import Final

MAX_LEGS: Final = 4_000  # further open_leg requests are refused: no_room
MAX_ROUTES: Final = 64  # a matrix with more is refused
MAX_PROMPTS: Final = 64  # prompts of one play; more are refused with their matrix
MAX_COLLECTS: Final = 256  # finished ids remembered of one call, the oldest forgotten first
MAX_TRACKS: Final = 2_000  # at once; a further StartTrack ends at once, empty

LATCH_PACKETS: Final = 3  # in a row from one source, before it's believed
LATCH_WINDOW_US: Final = 10_000_000  # after it only the signalled address may latch
LEFT_US: Final = 1_000_000  # an address that was left isn't believed again so soon
LATCH_PATIENCE_US: Final = 200_000  # the signalled address gets this long before another

QUIET_US: Final = 1_000_000  # no packet of an attached leg for so long: LegInterrupted
SILENT_AFTER_US: Final = 30_000_000  # no packet for so long: LegSilent, again each time as long

TYPE_AHEAD_US: Final = 15_000_000  # who knows the menu presses during the greeting: it counts
TYPE_AHEAD_DIGITS: Final = 16  # the oldest is dropped first
MAX_DIGITS: Final = 64  # of one collection, whatever it asks for

PROMPT_BYTES: Final = 8 << 20  # a larger prompt file (17 minutes) counts as missing
PROMPT_CACHE_BYTES: Final = 64 << 20  # prompts in memory; the longest unused goes first

OUTBOX_MOST: Final = 10_000  # outcomes nobody has acknowledged; the oldest is dropped, counted
CONTROL_BYTES: Final = 8 << 20  # unsent to one control connection: then it's closed
MESSAGE_BYTES: Final = (
    2 << 20
)  # a larger message (4,000 legs listed take a quarter) closes its connection
MAX_CONNECTIONS: Final = 8

RING_BYTES: Final = 16 << 20  # of packets on their way to the writer: at 500 calls 1.5 seconds
RING_PARTS_US: Final = 1_000_000  # the writer keeps no more than this of a track in memory

HEARTBEAT_US: Final = 500_000
HEARTBEAT_LOST_S: Final = 3.0  # the client gives a silent media process up
REPLY_S: Final = 2.0  # the client's patience with one request
PENDING_MOST: Final = 20_000  # effects that the client keeps for a media process that's away
MASKED_MOST: Final = 1_000  # masked inputs that the client remembers; the oldest goes first
