/** Periods by name, as instants; a day begins at this browser's midnight. */
import { serverNow } from "@/feed/clock";

import type { ContactsSearch } from "./search";

export type Period = "today" | "yesterday" | "week" | "month";

function midnight(daysAgo: number): number {
  const day = new Date(serverNow() / 1000);
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - daysAgo);
  return day.getTime() * 1000;
}

export function spanOf(period: Period | null): {
  since: number | undefined;
  until: number | undefined;
} {
  switch (period) {
    case "today":
      return { since: midnight(0), until: undefined };
    case "yesterday":
      return { since: midnight(1), until: midnight(0) };
    case "week":
      return { since: midnight(6), until: undefined };
    case "month":
      return { since: midnight(29), until: undefined };
    case null:
      return { since: undefined, until: undefined };
  }
}

/** The period that the address names, if it's one of these. */
export function periodOf(search: ContactsSearch): Period | null {
  const all: Period[] = ["today", "yesterday", "week", "month"];
  return (
    all.find((one) => {
      const span = spanOf(one);
      return span.since === search.since && span.until === search.until;
    }) ?? null
  );
}
