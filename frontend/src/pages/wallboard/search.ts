/** What the wallboard's address says: whose figures, and night or day where the clock shan't
 * decide. */
export interface WallboardSearch {
  client?: string;
  night?: boolean;
}

export function wallboardSearch(search: Record<string, unknown>): WallboardSearch {
  const found: WallboardSearch = {};
  if (typeof search.client === "string" && /^[\w.-]{1,100}$/.test(search.client))
    found.client = search.client;
  if (typeof search.night === "boolean") found.night = search.night;
  return found;
}
