/** What the page's address says: which result is open, and of whom. */
export interface SimulationSearch {
  open?: number;
  client?: string;
}

export function simulationSearch(search: Record<string, unknown>): SimulationSearch {
  const found: SimulationSearch = {};
  const open = Number(search.open);
  if (Number.isInteger(open) && open > 0) found.open = open;
  const client = search.client;
  if ((typeof client === "string" || typeof client === "number") && client !== "")
    found.client = String(client).slice(0, 100);
  return found;
}
