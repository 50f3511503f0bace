/** The centre's clock, as far as this page knows it: everything shown counts by it. */
import { useSyncExternalStore } from "react";

let ahead = 0; // ms that the centre's clock is ahead of ours

/** The centre said that it's `at` (µs since 1970). */
export function setServerTime(at: number): void {
  ahead = at / 1000 - Date.now();
}

/** The centre's time now, in µs since 1970. */
export function serverNow(): number {
  return Math.round((Date.now() + ahead) * 1000);
}

const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setTimeout> | undefined;
let second = 0;

function tick(): void {
  second = Math.floor(serverNow() / 1e6);
  for (const listener of listeners) listener();
  ticking = listeners.size > 0 ? setTimeout(tick, 1000 - ((Date.now() + ahead) % 1000)) : undefined;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (ticking === undefined) tick();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && ticking !== undefined) {
      clearTimeout(ticking);
      ticking = undefined;
    }
  };
}

/** The centre's time in whole seconds since 1970; renders once a second. */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, () => second || Math.floor(serverNow() / 1e6));
}
