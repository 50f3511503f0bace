/** What an agent is for now: the definitions' word, and over it what a supervisor has moved. */
import { useMemo } from "react";

import type { AgentRow, Definitions } from "@/api/schema.gen";
import { useRows } from "@/feed/hooks";
import { useDefinitions } from "@/parts/names";

type Person = Definitions["agents"][number];
export type Skills = Record<string, number>;

/** The skills with their levels, moves included. */
export function skillsNow(person: Person, row: AgentRow | undefined): Skills {
  const levels: Skills = { ...person.skills };
  for (const move of row?.moves ?? []) {
    for (const skill of move.takes) delete levels[skill];
    Object.assign(levels, move.gives);
  }
  return levels;
}

/** The team, moves included. */
export function teamNow(row: AgentRow): string {
  return row.moves.findLast((one) => one.team !== null)?.team ?? row.team;
}

/** Whether these skills are enough. */
export function serves(own: Skills, asked: Skills): boolean {
  return Object.entries(asked).every(([skill, level]) => (own[skill] ?? 0) >= level);
}

const isMoved = (row: AgentRow) => row.moves.length > 0;

/** The people of the definitions, as they are for now; undefined for whoever may not know. */
export function usePeopleNow(): Person[] | undefined {
  const definitions = useDefinitions();
  const moved = useRows("agents", isMoved);
  const key = JSON.stringify(moved.map((row) => [row.agent, row.moves]));
  return useMemo(() => {
    if (definitions === undefined) return undefined;
    const rows = new Map(moved.map((row) => [row.agent, row]));
    return definitions.agents.map((person) => {
      const row = rows.get(person.agent);
      return row === undefined ? person : movedPerson(person, row, definitions);
    });
    // only another move makes another answer
  }, [definitions, key]);
}

function movedPerson(person: Person, row: AgentRow, { queues }: Definitions): Person {
  const skills = skillsNow(person, row);
  const able = queues.filter((one) => serves(skills, one.skills)).map((one) => one.client);
  return { ...person, skills, team: teamNow(row), clients: [...new Set(able)] };
}
