/** The centre's day: when it began, and how it has gone so far. Its midnight is the centre's, not
 * this browser's. */
import { useQuery } from "@tanstack/react-query";

import { api, body } from "@/api/client";
import type { Curve, Report } from "@/api/schema.gen";
import { useMay } from "@/api/session";
import { serverNow } from "@/feed/clock";

const FRESH_MS = 60_000;

/** Contacts offered by half hours, and what is usual on such a day. */
export function useCurve(client?: string): Curve | undefined {
  const may = useMay();
  return useQuery({
    queryKey: ["curve", client],
    enabled: may("contacts.read"),
    refetchInterval: FRESH_MS,
    queryFn: () =>
      body(api.GET("/api/reports/curve", { params: { query: client ? { client } : {} } })),
  }).data;
}

/** Each queue's day by half hours. */
export function useQueuesToday(day: string | undefined): Report | undefined {
  const may = useMay();
  return useQuery({
    queryKey: ["queues-today", day],
    enabled: may("contacts.read") && day !== undefined,
    refetchInterval: FRESH_MS,
    queryFn: async () =>
      (await body(
        api.GET("/api/reports/queues", {
          params: { query: { from: day ?? "", to: String(serverNow()), interval: "30m" } },
        }),
      )) as Report,
  }).data;
}

/** The contacts that a figure of today counts; undefined until the day's beginning is known. */
export function useOpening(
  client?: string,
  team?: string,
): (measure: string, more?: { queue?: string }) => OpenedFigure | undefined {
  const began = useCurve(client)?.points[0]?.since;
  const until = (Math.floor(serverNow() / FRESH_US) + 1) * FRESH_US;
  return (measure, more = {}) =>
    began === undefined
      ? undefined
      : {
          to: "/contacts",
          search: {
            measure,
            from: began,
            to: until,
            ...(more.queue ? { queue: more.queue } : {}),
            ...(client ? { client } : {}),
            ...(team && !client ? { serves: team } : {}),
          },
        };
}

export interface OpenedFigure {
  to: "/contacts";
  search: {
    measure: string;
    from: number;
    to: number;
    queue?: string;
    client?: string;
    serves?: string;
  };
}

const FRESH_US = FRESH_MS * 1000;
