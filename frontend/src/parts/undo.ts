/** What was done last, and how to undo it: a bar says it for a while (`UndoBar`). */
import { useSyncExternalStore } from "react";

export interface Done {
  said: string;
  undo: () => void;
}

let last: Done | undefined;
const listeners = new Set<() => void>();

function set(next: Done | undefined): void {
  last = next;
  for (const listener of listeners) listener();
}

/** Something was done that can be undone. */
export function offerUndo(said: string, undo: () => void): void {
  set({ said, undo });
}

/** Nothing is offered any more. */
export function withdrawUndo(): void {
  set(undefined);
}

export function useLastDone(): Done | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => last,
  );
}
