/** What the desk shows: my live row, and beside it what the feed doesn't carry: names, numbers,
 * what the customer said, how my clients look. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { api, body } from "@/api/client";
import type { ClientWords, Desk, DeskRow, PartyRow } from "@/api/schema.gen";
import { useTable } from "@/feed/hooks";

/** My row; undefined for somebody who is nobody on the floor. */
export function useDeskRow(): DeskRow | undefined {
  return useTable("desk").values().next().value;
}

/** Names and numbers of whoever takes part, asked for again when that changes. */
export function useDetails(row: DeskRow): Desk | undefined {
  const parties = row.talk?.parties ?? row.watch?.talk?.parties ?? [];
  const key = [
    row.contact?.ref ?? "",
    row.watch?.of ?? "",
    ...parties.map((one) => one.leg),
    row.choices.length,
  ].join("|");
  const found = useQuery({
    queryKey: ["desk", key],
    queryFn: () => body(api.GET("/api/desk")),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  }).data;
  // what was kept from before the contact came must not be shown as this contact's
  return found?.me.contact?.ref === row.contact?.ref ? found : undefined;
}

export type Clients = ReadonlyMap<string, ClientWords>;

/** The clients that I work for, by id. */
export function useClients(definitions: string): Clients {
  const found = useQuery({
    queryKey: ["desk-clients", definitions],
    queryFn: () => body(api.GET("/api/desk/clients")),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  }).data;
  return useMemo(() => new Map((found ?? []).map((one) => [one.client, one])), [found]);
}

/** Everybody else in my talk, watchers apart. */
export function others(row: DeskRow): PartyRow[] {
  const parties = row.talk?.parties ?? [];
  return parties.filter((one) => one.party !== "watcher" && one.agent !== row.agent.agent);
}

/** Who listens, whispers or has barged in. */
export function watchers(row: DeskRow): PartyRow[] {
  return (row.talk?.parties ?? []).filter((one) => one.party === "watcher");
}

/** Whether a command of the desk fits now. */
export function may(row: DeskRow, command: string): boolean {
  return row.may.includes(command);
}
