/** Who is signed in, and what they may do. */
import { queryOptions, useQuery, useSuspenseQuery } from "@tanstack/react-query";

import { ApiProblem, api, body } from "@/api/client";
import type { Me } from "@/api/schema.gen";
import { setServerTime } from "@/feed/clock";
import { setZone } from "@/words/format";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: Infinity,
  retry: false,
  queryFn: async (): Promise<Me | null> => {
    try {
      const me = await body(api.GET("/api/session"));
      known(me);
      return me;
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
});

/** What the centre says of its clock, with every session. */
export function known(me: Me): void {
  setServerTime(me.now);
  setZone(me.zone);
}

/** The signed-in person; null on pages that need nobody. */
export function useMaybeMe(): Me | null {
  return useQuery(sessionQuery).data ?? null;
}

/** The signed-in person. Only inside pages that need one. */
export function useMe(): Me {
  const me = useSuspenseQuery(sessionQuery).data;
  if (me === null) throw new ApiProblem("not_logged_in", "", "", 401);
  return me;
}

/** Whether the signed-in person has a scope: `useMay()("contacts.read")`. */
export function useMay(): (scope: string) => boolean {
  const scopes = useMaybeMe()?.scopes ?? [];
  return (scope) => scopes.includes(scope);
}
