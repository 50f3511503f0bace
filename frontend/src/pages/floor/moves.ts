/** Moving people and changing priorities: each is done with its way back at hand. */
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { AgentRow, ContactRow, MoveRow } from "@/api/schema.gen";
import { useAgentName } from "@/parts/names";
import { tellDone } from "@/parts/tell";
import { offerUndo } from "@/parts/undo";
import { useCommand } from "@/parts/useCommand";
import { timeOfDay } from "@/words/format";

export interface Wish {
  gives: Record<string, number>;
  takes: string[];
  team: string | null;
}

export interface Asked extends Wish {
  agents: string[];
  until: number;
}

/** Agents who were moved together, and what was changed. */
export interface Together {
  move: MoveRow;
  agents: string[];
}

const header = (key: string) => ({ header: { "Idempotency-Key": key } });

/** Of all that are changed for now, one entry for each move; the first to end comes first. */
export function together(rows: Iterable<AgentRow>): Together[] {
  const found = new Map<string, Together>();
  for (const row of rows) {
    for (const move of row.moves) {
      const one = found.get(move.move);
      if (one) one.agents.push(row.agent);
      else found.set(move.move, { move, agents: [row.agent] });
    }
  }
  return [...found.values()].toSorted((a, b) => a.move.until - b.move.until);
}

/** What a move changes, in words: "gets outage 3, loses bills, in team night". */
export function useMoveWords(): (move: Wish) => string {
  const { t } = useTranslation("floor");
  return ({ gives, takes, team }) =>
    [
      ...Object.entries(gives).map(([skill, level]) => t("gets", { skill, level })),
      ...takes.map((skill) => t("loses", { skill })),
      ...(team === null ? [] : [t("inTeam", { team })]),
    ].join(t("comma"));
}

/** Who, in a few words. */
export function useWho(): (agents: string[]) => string {
  const { t } = useTranslation("floor");
  const name = useAgentName();
  return (agents) =>
    agents.length <= 3
      ? agents.map((one) => name(one)).join(t("comma"))
      : t("people", { count: agents.length });
}

export function useMove(done: () => void = () => {}) {
  const { t } = useTranslation("floor");
  const words = useMoveWords();
  const who = useWho();
  const back = usePutBack();
  return useCommand(
    async (key, asked: Asked) => {
      const made = await body(api.POST("/api/moves", { params: header(key), body: asked }));
      return { made, asked };
    },
    {
      done: ({ made, asked }) => {
        const values = { who: who(asked.agents), what: words(asked), time: timeOfDay(asked.until) };
        offerUndo(t("moved", values), () => back.mutate({ move: made.move }));
        done();
      },
    },
  );
}

interface Back {
  move: string;
  agents?: string[];
}

/** Undoes a move; without a word on how to undo that, since the page shows what's left. */
export function usePutBack() {
  const { t } = useTranslation("floor");
  return useCommand(
    (key, { move, agents }: Back) =>
      body(
        api.POST("/api/moves/{move}/put-back", {
          params: { path: { move }, ...header(key) },
          body: { agents: agents ?? [] },
        }),
      ),
    { done: () => tellDone(t("isPutBack")) },
  );
}

export interface Raise {
  ref: string;
  raised: number;
}

/** Changes who goes first; the way back is the priority that it had. */
export function useRaise() {
  const { t } = useTranslation("floor");
  const set = useCommand((key, one: Raise) => setPriority(key, one), {
    done: () => tellDone(t("isPutBack")),
  });
  return useCommand(
    async (key, one: Raise) => ({ one, made: await setPriority(key, one) }),
    {
      done: ({ one, made }) =>
        offerUndo(t("didRaise", { ref: one.ref, raised: signed(one.raised) }), () =>
          set.mutate({ ref: one.ref, raised: made.before }),
        ),
    },
  );
}

function setPriority(key: string, { ref, raised }: Raise) {
  return body(
    api.POST("/api/contacts/{ref}/priority", {
      params: { path: { ref }, ...header(key) },
      body: { raised },
    }),
  );
}

/** Whether somebody changed a waiting contact's priority. */
export function isRaised(row: ContactRow): boolean {
  return row.raised !== null && row.own !== null && row.raised !== row.own;
}

/** +5, −2, 0 */
export function signed(value: number): string {
  return value > 0 ? `+${value}` : value < 0 ? `−${-value}` : "0";
}
