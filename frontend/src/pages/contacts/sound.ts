/** A recording for the player: its outline, which nobody hears, and what it's made of. */
import type { Outline } from "@/api/schema.gen";

export interface Sound {
  seconds: number;
  /** When it began, µs since 1970. */
  began: number;
  /** For each side (the caller, the agents), peaks from 0 to 1. */
  peaks: number[][];
  /** Stretches that weren't recorded because nobody wanted them, in seconds. */
  pauses: { from: number; to: number }[];
}

const MOST = 128;

/** The tracks as two sides: all agents share one, whoever they are. */
export function soundOf(outline: Outline): Sound {
  const sides = new Map<boolean, number[]>();
  for (const track of outline.tracks) {
    const side = track.agent !== null;
    const before = sides.get(side);
    const peaks = Array.from({ length: track.peaks.length / 2 }, (_, at) => {
      const low = track.peaks[2 * at] ?? 0;
      const high = track.peaks[2 * at + 1] ?? 0;
      return Math.max(Math.max(-low, high) / MOST, before?.[at] ?? 0);
    });
    sides.set(side, peaks);
  }
  return {
    seconds: Math.max(0.001, outline.length_us / 1e6),
    began: outline.since,
    peaks: [false, true].flatMap((side) => (sides.has(side) ? [sides.get(side) ?? []] : [])),
    pauses: outline.pauses.map((one) => ({ from: one.from_us / 1e6, to: one.to_us / 1e6 })),
  };
}
