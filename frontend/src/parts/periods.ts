/** Periods by name, as instants; a day begins at the centre's midnight. */
import { midnight } from "@/words/format";

export interface Span {
  /** µs since 1970; `until` isn't in it. */
  since?: number;
  until?: number;
}

export type Period = "today" | "yesterday" | "week" | "month";
export const PERIODS: Period[] = ["today", "yesterday", "week", "month"];

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
export function periodOf(search: Span): Period | null {
  return (
    PERIODS.find((one) => {
      const span = spanOf(one);
      return span.since === search.since && span.until === search.until;
    }) ?? null
  );
}
