/** What the trail's address says: the filters. */
export interface AuditSearch {
  /** An account (`U7`), with its tokens, or the command line. */
  actor?: string;
  what?: string;
  /** A client, or `operator` for what concerns none. */
  client?: string;
  /** A contact. */
  ref?: string;
  /** µs since 1970. */
  since?: number;
  until?: number;
}

export type Changes = { [Name in keyof AuditSearch]: AuditSearch[Name] | undefined };

const WORDS = ["actor", "what", "client", "ref"] as const;

export function auditSearch(search: Record<string, unknown>): AuditSearch {
  const found: AuditSearch = {};
  for (const name of WORDS) {
    const value = String(search[name] ?? "").slice(0, 100);
    if (value !== "") found[name] = value;
  }
  for (const name of ["since", "until"] as const) {
    const value = Number(search[name]);
    if (Number.isSafeInteger(value) && value > 0) found[name] = value;
  }
  return found;
}
