/** What a filter of client and team takes in. A team's is what the clients have that it works for. */
import { useMemo } from "react";

import { serves, usePeopleNow } from "@/parts/able";
import { useDefinitions } from "@/parts/names";

import type { FloorSearch } from "./search";

/** Whether a client's things are in scope. */
export function useInScope({ client, team }: FloorSearch): (of: string) => boolean {
  const definitions = useDefinitions();
  return useMemo(() => {
    const served = new Set(
      definitions?.agents.filter((one) => one.team === team).flatMap((one) => one.clients),
    );
    const ofTeam = team === undefined || definitions === undefined;
    return (of) => (client === undefined || of === client) && (ofTeam || served.has(of));
  }, [client, team, definitions]);
}

/** The row of totals for a scope. */
export function totalsKey({ client, team }: FloorSearch): string {
  if (team === undefined) return client ?? "all";
  return client === undefined ? `team:${team}` : `team:${team}/${client}`;
}

/** Who has the skills for a queue; undefined while there are no definitions to say so. */
export function useAble(queue: string | undefined): Set<string> | undefined {
  const definitions = useDefinitions();
  const people = usePeopleNow();
  return useMemo(() => {
    const found = definitions?.queues.find((one) => one.queue === queue);
    if (people === undefined || found === undefined) return undefined;
    return new Set(
      people
        .filter((one) => one.clients.includes(found.client) && serves(one.skills, found.skills))
        .map((one) => one.agent),
    );
  }, [definitions, people, queue]);
}
