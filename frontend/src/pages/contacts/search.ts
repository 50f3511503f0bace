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
  /** A figure's contacts: its measure, and the span that it was counted in. */
  measure?: string;
  from?: number;
  to?: number;
  team?: string;
  /** A team, whose clients' contacts these are. */
  serves?: string;
  /** Who rang: needs a client. */
  caller?: string;
  /** The same person as this contact's. */
  with?: string;
  /** What's to be done: the contact that it's about, and the calls made for it. */
  task?: string;
  /** With a message. */
  message?: boolean;
  open?: string;
}

const WORDS = [
  "client", "queue", "agent", "outcome", "reason", "code", "measure", "team", "serves", "caller", "with", "task", "open",
] as const;

export function contactsSearch(search: Record<string, unknown>): ContactsSearch {
  const found: ContactsSearch = {};
  for (const name of WORDS) {
    const value = search[name];
    if ((typeof value === "string" || typeof value === "number") && value !== "")
      found[name] = String(value).slice(0, 100);
  }
  for (const name of ["since", "until", "from", "to"] as const) {
    const value = Number(search[name]);
    if (Number.isSafeInteger(value) && value > 0) found[name] = value;
  }
  if (search.recorded === true) found.recorded = true;
  if (search.message === true) found.message = true;
  return found;
}
