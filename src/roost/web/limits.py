"""The bounds of everything live in `web`, and what happens when one is reached."""

from typing import Final

from roost.kernel.time import DAY, HOUR, MILLISECOND, MINUTE, SECOND, DurationUs

# --- requests ---
MOST_BODY: Final = 64 * 1024  # bytes; a larger body is refused with 413
MOST_KEY: Final = 200  # characters of an Idempotency-Key
MOST_NOTE: Final = 4_000  # characters of a wrap-up note
MOST_TYPED: Final = 40  # characters of a number as somebody types it
MOST_KEYS_PRESSED: Final = 32  # keys sent to the far end in one go
MOST_EARLIER: Final = 10  # contacts with the same person, as a desk shows them
MOST_TARGETS: Final = 50  # colleagues, and directory's entries, of one answer: ask with a text
MOST_SAID: Final = 500  # characters of a message to a team or an agent
MOST_SKILLS_MOVED: Final = 50  # given or taken by one move
MOST_PAGE: Final = 200  # rows of one answer; the rest by cursor
MOST_RANGE: Final = 1 << 18  # bytes read of a recording at a time
MOST_PAIRS: Final = 4_000  # of a recording's outline: as many as the widest screen has points

# --- reports ---
MOST_REPORT_INTERVALS: Final = 3_000  # of one answer: a month of quarters
MOST_FILE_INTERVALS: Final = 36_000  # of one file: a year of quarters
MOST_REPORT_ROWS: Final = 5_000  # of one answer; the rest from where it says
MOST_XLSX_ROWS: Final = 20_000  # of one xlsx, which is written as a whole; CSV has no end

# --- logging in ---
SESSION_IDLE: Final = DurationUs(12 * HOUR)  # a session unused so long is over
SESSION_LENGTH: Final = DurationUs(24 * HOUR)
SESSION_SEEN: Final = MINUTE  # its last use is kept this exactly
LONGEST_TOKEN: Final = DurationUs(366 * DAY)
MOST_PASSWORD_CHECKS: Final = 2  # at once; others wait: a check takes 20 ms of a core
MOST_WAITING_CHECKS: Final = 200  # waiting for those; beyond it 503
FAILED_BY_NAME: Final = 5  # failures of one name within FAILED_SPAN; then 429
FAILED_BY_SOURCE: Final = 50  # failures from one address within FAILED_SPAN; then 429
FAILED_SPAN: Final = DurationUs(5 * MINUTE)
MOST_FAILED_KEPT: Final = 10_000  # names and addresses remembered; the oldest is forgotten

# --- wallboards ---
CODE_LENGTH: Final = 8  # characters of 32, so 40 bits
CODE_TIME: Final = DurationUs(10 * MINUTE)  # then the television asks for a new one
BOARD_COOKIE: Final = DurationUs(400 * DAY)  # what browsers keep a cookie at most

# --- commands ---
COMMAND_DEADLINE: Final = DurationUs(5 * SECOND)  # then 503: trying again is safe
FOLLOW_DEADLINE: Final = DurationUs(2 * SECOND)  # waiting for the view to show the command
MOST_KEYS_KEPT: Final = 10_000  # Idempotency-Keys whose request is remembered

# --- the audit trail ---
AUDIT_BATCH: Final = 500  # events read at a time, backwards
AUDIT_BATCHES: Final = 40  # for one page; the rest by its cursor
AUDIT_ONCE: Final = DurationUs(5 * MINUTE)  # parts of one recording asked for within it: one note
MOST_AUDIT_RECENT: Final = 10_000  # remembered for that; a forgotten one is noted again

# --- alerts ---
MOST_ALERT_NEWS: Final = 1_000  # raised and cleared, while the disk is full; the oldest is lost
ALERT_BATCH: Final = 500  # events read at a time, backwards
ALERT_BATCHES: Final = 20  # for one page; the rest by its cursor

# --- following the log ---
FOLLOW_BATCH: Final = 2_000  # events read at a time
FOLLOW_PAUSE: Final = DurationUs(100 * MILLISECOND)  # between looks, when no hint comes
KEEP_EVERY: Final = 50_000  # events, until where the views stand is kept again
KEEP_AT_END: Final = 2_000  # the same at a stop
MOST_RECENT_EVENTS: Final = 4_000  # kept ready for the feed; older ones are read from the log
MOST_RECENT_CONTACTS: Final = 50  # finished contacts shown, for each client
LAG_BEHIND: Final = DurationUs(10 * SECOND)  # health says so when the view is older

# --- the feed ---
COALESCE: Final = DurationUs(100 * MILLISECOND)  # a row is shown at most once within it
WAKE_AT_ONCE: Final = 50  # feeds, in one round of the event loop
MOST_FEEDS: Final = 2_000  # websockets of one process; beyond it 503
MOST_FEEDS_ACCOUNT: Final = 20  # of one account
FEED_PAGE: Final = 200  # events of one message
MOST_MESSAGE: Final = 4_096  # bytes of a message from a client; a larger one ends the feed
MOST_MESSAGES: Final = 60  # messages from a client within a minute
FEED_SEND: Final = DurationUs(10 * SECOND)  # a client that takes longer is told to resume
FEED_HEARTBEAT: Final = DurationUs(15 * SECOND)
FEED_CHECK: Final = DurationUs(60 * SECOND)  # a feed's session may have run out; revoked: at once
DOORS_EVERY: Final = DurationUs(1 * SECOND)  # how soon a process learns what others revoked
FEED_PING: Final = DurationUs(20 * SECOND)  # the protocol's ping; unanswered so long: gone

# --- desks' phones ---
MOST_SDP: Final = 12_000  # characters of a browser's description; a larger one ends the websocket
MOST_PHONE_MESSAGE: Final = 16_384  # bytes of a message from a page; a larger one ends it
MOST_PHONE_MESSAGES: Final = 120  # messages from a page within a minute
MOST_PHONE_NEWS: Final = 200  # messages that wait for a slow page; then it's told to come again
MOST_PHONES: Final = 4_000  # websockets of one process; beyond it 503
MOST_PHONES_ACCOUNT: Final = 10  # of one account
PHONE_BEAT: Final = DurationUs(5 * SECOND)  # when there's nothing else to say
PHONE_SILENT: Final = DurationUs(20 * SECOND)  # a page that answers no beat for so long is gone
PHONE_SEND: Final = DurationUs(5 * SECOND)  # a page that takes longer is told to come again
