/** What the reports' address says. Days are local ones of the centre: 2026-11-25. */
export const KINDS = ["queues", "clients", "agents", "codes", "agent-day"] as const;
export const INTERVALS = ["whole", "15m", "30m", "1h", "day", "month"] as const;
export type Kind = (typeof KINDS)[number];
export type Interval = (typeof INTERVALS)[number];

export interface ReportsSearch {
  report?: Kind;
  interval?: Interval;
  from?: string;
  to?: string;
  client?: string;
  queue?: string;
  agent?: string;
  team?: string;
  code?: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function reportsSearch(search: Record<string, unknown>): ReportsSearch {
  const found: ReportsSearch = {};
  const kind = KINDS.find((one) => one === search.report);
  if (kind !== undefined) found.report = kind;
  const interval = INTERVALS.find((one) => one === search.interval);
  if (interval !== undefined) found.interval = interval;
  for (const name of ["from", "to"] as const) {
    const value = search[name];
    if (typeof value === "string" && DAY.test(value)) found[name] = value;
  }
  for (const name of ["client", "queue", "agent", "team", "code"] as const) {
    const value = search[name];
    if ((typeof value === "string" || typeof value === "number") && value !== "")
      found[name] = String(value).slice(0, 100);
  }
  return found;
}
