/** What the alerts' address says: whose, and which rule's past. */
export interface AlertsSearch {
  client?: string;
  /** A rule, by its name. */
  rule?: string;
}

export function alertsSearch(search: Record<string, unknown>): AlertsSearch {
  const found: AlertsSearch = {};
  for (const name of ["client", "rule"] as const) {
    const value = String(search[name] ?? "").slice(0, 200);
    if (value !== "") found[name] = value;
  }
  return found;
}
