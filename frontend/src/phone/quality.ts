/** Network quality from the browser's own statistics: pure, so that it can be tried. */
import { type Grade, NO_QUALITY, type Quality } from "./state";

/** What `getStats` says so far: counters, and the latest figures of both directions. */
export interface Counters {
  received: number;
  lost: number;
  jitterMs: number; // the worse direction
  roundTripMs: number;
  farLossPermille: number; // of what we send, as the far end reports it
  codec: string; // of what's heard, as "audio/PCMA"
}

// From where a listener notices (ITU-T G.113's loss, one-way delay of G.114 both ways).
const FAIR = { lossPermille: 20, jitterMs: 30, roundTripMs: 300 };
const POOR = { lossPermille: 50, jitterMs: 60, roundTripMs: 600 };

type Entry = Record<string, unknown>;
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/** The counters of an audio connection's report. */
export function read(report: Iterable<[string, unknown]>): Counters {
  const found = { received: 0, lost: 0, jitterMs: 0, roundTripMs: 0, farLossPermille: 0 };
  let codec = "";
  const codecs = new Map<unknown, unknown>();
  for (const [id, one] of report) {
    if ((one as Entry).type === "codec") codecs.set(id, (one as Entry).mimeType);
  }
  for (const [, one] of report) {
    const entry = one as Entry;
    if (entry.type === "inbound-rtp" && entry.kind === "audio") {
      codec = String(codecs.get(entry.codecId) ?? codec);
      found.received += number(entry.packetsReceived);
      found.lost += number(entry.packetsLost);
      found.jitterMs = Math.max(found.jitterMs, number(entry.jitter) * 1000);
    } else if (entry.type === "remote-inbound-rtp" && entry.kind === "audio") {
      found.farLossPermille = Math.max(found.farLossPermille, number(entry.fractionLost) * 1000);
      found.jitterMs = Math.max(found.jitterMs, number(entry.jitter) * 1000);
      found.roundTripMs = Math.max(found.roundTripMs, number(entry.roundTripTime) * 1000);
    } else if (entry.type === "candidate-pair" && entry.nominated === true) {
      const trip = number(entry.currentRoundTripTime) * 1000;
      found.roundTripMs = Math.max(found.roundTripMs, trip);
    }
  }
  return { ...found, codec };
}

/** What happened between two looks; unknown when nothing came. */
export function between(before: Counters | null, now: Counters): Quality {
  const received = now.received - (before?.received ?? 0);
  const lost = Math.max(0, now.lost - (before?.lost ?? 0));
  if (received <= 0 && lost <= 0) return NO_QUALITY;
  const ours = (1000 * lost) / (received + lost);
  const measured = {
    lossPermille: Math.min(1000, Math.round(Math.max(ours, now.farLossPermille))),
    jitterMs: Math.round(now.jitterMs),
    roundTripMs: Math.round(now.roundTripMs),
  };
  return { ...measured, grade: grade(measured) };
}

export function grade(of: Omit<Quality, "grade">): Grade {
  const reaches = (bound: Omit<Quality, "grade">) =>
    of.lossPermille >= bound.lossPermille ||
    of.jitterMs >= bound.jitterMs ||
    of.roundTripMs >= bound.roundTripMs;
  if (reaches(POOR)) return "poor";
  return reaches(FAIR) ? "fair" : "good";
}

/** Two looks in a row decide, so that one bad moment warns nobody: the better of both. */
export function settled(before: Grade, measured: Grade): Grade {
  const order: Grade[] = ["unknown", "good", "fair", "poor"];
  if (before === "unknown") return measured;
  return order[Math.min(order.indexOf(before), order.indexOf(measured))] ?? "unknown";
}
