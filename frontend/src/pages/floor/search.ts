/** What the floor's address says: the filter, and nothing else. */
export interface FloorSearch {
  client?: string;
  team?: string;
  queue?: string;
}

const WORD = /^[\w./-]{1,200}$/;

export function floorSearch(search: Record<string, unknown>): FloorSearch {
  const found: FloorSearch = {};
  for (const name of ["client", "team", "queue"] as const) {
    const value = String(search[name] ?? "");
    if (WORD.test(value)) found[name] = value;
  }
  return found;
}
