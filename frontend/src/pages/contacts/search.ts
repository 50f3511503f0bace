/** What the contacts' address says: the filters, and which record is open. */
export interface ContactsSearch {
  client?: string;
  queue?: string;
  agent?: string;
  outcome?: string;
  reason?: string;
  code?: string;
  recorded?: boolean;
  /** µs since 1970. */
  since?: number;
  until?: number;
  open?: string;
}

const WORDS = ["client", "queue", "agent", "outcome", "reason", "code", "open"] as const;

export function contactsSearch(search: Record<string, unknown>): ContactsSearch {
  const found: ContactsSearch = {};
  for (const name of WORDS) {
    const value = search[name];
    if ((typeof value === "string" || typeof value === "number") && value !== "")
      found[name] = String(value).slice(0, 100);
  }
  for (const name of ["since", "until"] as const) {
    const value = Number(search[name]);
    if (Number.isSafeInteger(value) && value > 0) found[name] = value;
  }
  if (search.recorded === true) found.recorded = true;
  return found;
}
