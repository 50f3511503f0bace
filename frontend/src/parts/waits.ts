/** How long a contact still waits, worked out from its queue's pace: few numbers a queue, instead of
 * one in each waiting contact's row that a single departure would change. The same sum as the
 * floor's own, which callers are told (docs/decisions/0019). */
import type { ContactRow, QueueRow } from "@/api/schema.gen";

const SECOND = 1e6;
const MINUTE = 60 * SECOND;

export interface Place {
  /** 1 is next. */
  position: number;
  /** From now until somebody answers, in µs; null: nobody is there who could. */
  wait: number | null;
}

/** The place of each contact that stands in a queue's line: of higher priority first, then older.
 * Whom a phone rings for, who is held for one agent, and a promised call before its time stand in
 * none. */
export function placesOf(
  contacts: Iterable<ContactRow>,
  queues: ReadonlyMap<string, QueueRow>,
  now: number,
): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const [name, line] of linesOf(contacts)) {
    const queue = queues.get(name);
    const priority = (row: ContactRow) => (row.raised ?? 0) + boost(row, queue, now);
    const pace = queue?.pace;
    let sum = pace?.ring_us ?? 0;
    line
      .map((row) => ({ row, first: priority(row) }))
      .sort((a, b) => b.first - a.first || (a.row.waits_since ?? 0) - (b.row.waits_since ?? 0))
      .forEach(({ row }, before) => {
        if (pace) sum += 1 / (1 / pace.turn_us + before / pace.give_up_us);
        places.set(row.ref, { position: before + 1, wait: pace ? sum : null });
      });
  }
  return places;
}

function linesOf(contacts: Iterable<ContactRow>): Map<string, ContactRow[]> {
  const lines = new Map<string, ContactRow[]>();
  for (const row of contacts) {
    if (row.state !== "waiting" || row.queue === null) continue;
    if (row.only != null || row.not_before != null) continue;
    const line = lines.get(row.queue);
    if (line) line.push(row);
    else lines.set(row.queue, [row]);
  }
  return lines;
}

function boost(row: ContactRow, queue: QueueRow | undefined, now: number): number {
  if (!queue?.boost_us || row.waits_since == null) return 0;
  return Math.min(queue.boost_most, Math.floor(Math.max(0, now - row.waits_since) / queue.boost_us));
}

/** Rounded up to steps that widen: an estimate isn't exact to the second. */
export function roughly(us: number): number {
  const step = us <= MINUTE ? 5 * SECOND : us <= 10 * MINUTE ? 15 * SECOND : MINUTE;
  return Math.ceil(us / step) * step;
}

/** Of those who'd enter now, the one who would wait longest; who can't be served comes first. A
 * queue in which nobody is there and nobody waits is closed, as far as anybody can tell. */
export function longestAhead(queues: Iterable<QueueRow>): QueueRow | undefined {
  let found: QueueRow | undefined;
  for (const row of queues) {
    if (row.wait_us === null && row.waiting + row.promised === 0) continue;
    if (found === undefined || ahead(row) > ahead(found)) found = row;
  }
  return found;
}

function ahead(row: QueueRow): number {
  return row.wait_us ?? Infinity;
}
