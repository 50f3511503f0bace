/** Names of agents, clients, queues: from the definitions in force, for whoever may read them. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, body } from "@/api/client";
import type { Definitions } from "@/api/schema.gen";
import { useMay } from "@/api/session";

export const definitionsQuery = queryOptions({
  queryKey: ["definitions"],
  staleTime: 5 * 60_000,
  queryFn: (): Promise<Definitions> => body(api.GET("/api/definitions")),
});

/** The definitions; undefined until they're there, and for those who may not read them. */
export function useDefinitions(): Definitions | undefined {
  const may = useMay();
  return useQuery({ ...definitionsQuery, enabled: may("settings.read") }).data;
}

/** What an agent is called; their number where no name is known. */
export function useAgentName(): (agent: string | null | undefined) => string {
  const definitions = useDefinitions();
  return useMemo(() => {
    const names = new Map(definitions?.agents.map((one) => [one.agent, one.name]));
    return (agent) => (agent ? (names.get(agent) ?? agent) : "");
  }, [definitions]);
}
