/** How pages read the feed. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import type { FeedEvent, Topic } from "@/api/schema.gen";
import { feed, type Link, type RowOf, type Table, type ViewName } from "@/feed/store";

/** All rows of a live view, by key; a new map whenever one has changed. While it's shown, the
 * feed carries the view. */
export function useTable<V extends ViewName>(view: V): Table<V> {
  const subscribe = useCallback((listener: () => void) => feed.watchView(view, listener), [view]);
  return useSyncExternalStore(subscribe, () => feed.table(view));
}

/** The rows of a view that pass a filter, in the feed's order. Give a stable filter. */
export function useRows<V extends ViewName>(
  view: V,
  filter?: (row: RowOf<V>) => boolean,
): RowOf<V>[] {
  const table = useTable(view);
  return useMemo(() => {
    const rows = [...table.values()];
    return filter ? rows.filter(filter) : rows;
  }, [table, filter]);
}

/** One row of a view; undefined when there's none (yet). */
export function useRow<V extends ViewName>(view: V, key: string): RowOf<V> | undefined {
  const subscribe = useCallback((listener: () => void) => feed.watchView(view, listener), [view]);
  return useSyncExternalStore(subscribe, () => feed.table(view).get(key));
}

/** Whether a view's rows have come: until then a page shows skeletons. */
export function useArrived(view: ViewName): boolean {
  const subscribe = useCallback((listener: () => void) => feed.watchView(view, listener), [view]);
  return useSyncExternalStore(subscribe, () => feed.has(view));
}

/** The connection: `live`, or `lost` and since when the rows may be wrong. */
export function useLink(): Link {
  return useSyncExternalStore(feed.watchLink, feed.linkNow);
}

/** Events of a topic, from now on. */
export function useEvents(topic: Topic, take: (event: FeedEvent) => void): void {
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => feed.watchTopic(topic, (event) => latest.current(event)), [topic]);
}

const SETTLE_MS = 5000;

/** A value that is shown as if a command had already worked, until `actual` (from the feed)
 * changes, or five seconds have passed. `pending` marks what isn't sure yet.
 *
 *     const [presence, hope, pending] = useOptimistic(row.presence);
 *     hope("away");   // and send the command; call hope(undefined) if it's refused
 */
export function useOptimistic<T>(actual: T): [T, (value: T | undefined) => void, boolean] {
  const [hoped, setHoped] = useState<{ value: T; over: T } | undefined>();
  useEffect(() => {
    if (hoped === undefined) return;
    if (hoped.over !== actual) {
      setHoped(undefined);
      return;
    }
    const timer = setTimeout(() => setHoped(undefined), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [hoped, actual]);
  const hope = useCallback(
    (value: T | undefined) => setHoped(value === undefined ? undefined : { value, over: actual }),
    [actual],
  );
  const standing = hoped !== undefined && hoped.over === actual;
  return [standing ? hoped.value : actual, hope, standing];
}
