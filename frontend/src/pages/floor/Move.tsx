import { Button, Group, Modal, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { AgentRow, Definitions } from "@/api/schema.gen";
import { serverNow } from "@/feed/clock";
import { useTable } from "@/feed/hooks";
import { skillsNow, teamNow } from "@/parts/able";
import { useAgentName, useDefinitions } from "@/parts/names";
import { moment } from "@/words/format";

import classes from "./ForNow.module.css";
import { useMove, type Wish } from "./moves";

const HOUR_US = 3600e6;
const HOURS = ["1", "2", "4", "8"] as const;
const LEVELS = Array.from({ length: 10 }, (_, index) => String(index + 1));
const MANY = 8; // skills beyond which one looks for them by name
const TAKE = "take";

/** Agents get or lose skills, or go to another team, for now. */
export function Move({ agents, close }: { agents: string[]; close: () => void }) {
  const { t } = useTranslation("floor");
  const definitions = useDefinitions();
  const rows = useTable("agents");
  const name = useAgentName();
  const [skills, setSkills] = useState<Record<string, string>>({});
  const [team, setTeam] = useState("");
  const [hours, setHours] = useState<string>("4");
  const [sought, seek] = useState("");
  const until = serverNow() + Number(hours) * HOUR_US;
  const move = useMove(close);
  const wish = wishOf(skills, team);
  const who = agents.length === 1 ? name(agents[0]) : t("people", { count: agents.length });
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (wish !== undefined) move.mutate({ agents, until: serverNow() + Number(hours) * HOUR_US, ...wish });
  };
  if (definitions === undefined) return null;
  const shown = definitions.skills.filter((one) => one.toLowerCase().includes(sought.toLowerCase()));
  const teams = [...new Set(definitions.agents.map((one) => one.team))].sort();
  const chosen = agents.map((one) => rows.get(one)).filter((one) => one !== undefined);
  return (
    <Modal
      opened
      onClose={close}
      size="md"
      title={t("moveWhom", { name: who })}
      closeButtonProps={{ "aria-label": t("cancel") }}
    >
      <form onSubmit={send}>
        <p className={classes.hint}>{t("moveMeans")}</p>
        {definitions.skills.length > MANY && (
          <TextInput
            size="xs"
            mb="xs"
            label={t("findSkill")}
            value={sought}
            onChange={(event) => seek(event.target.value)}
          />
        )}
        <div className={classes.skills} tabIndex={0} role="group" aria-label={t("skills")}>
          {shown.map((skill, index) => (
            <Skill
              key={skill}
              skill={skill}
              now={levelsOf(skill, chosen, definitions)}
              value={skills[skill] ?? ""}
              first={index === 0}
              choose={(value) => setSkills((before) => ({ ...before, [skill]: value }))}
            />
          ))}
        </div>
        {teams.length > 1 && (
          <NativeSelect
            mt="sm"
            label={t("teamForNow")}
            value={team}
            onChange={(event) => setTeam(event.target.value)}
            data={[
              { value: "", label: t("teamStays", { team: teamsOf(chosen) }) },
              ...teams.map((one) => ({ value: one, label: one })),
            ]}
          />
        )}
        <div className={classes.until}>
          <span id="move-until">{t("forHours")}</span>
          <SegmentedControl
            size="xs"
            aria-labelledby="move-until"
            value={hours}
            onChange={setHours}
            data={HOURS.map((one) => ({ value: one, label: t("hours", { count: Number(one) }) }))}
          />
          <span className={classes.sub}>{t("untilThen", { time: moment(until) })}</span>
        </div>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={move.isPending} disabled={wish === undefined}>
            {t("move")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

interface SkillProps {
  skill: string;
  now: string;
  value: string;
  first: boolean;
  choose: (value: string) => void;
}

function Skill({ skill, now, value, first, choose }: SkillProps) {
  const { t } = useTranslation("floor");
  return (
    <div className={classes.skill} data-changed={value !== "" || undefined}>
      <span className={classes.skillName}>{skill}</span>
      <span className={`figure ${classes.sub}`}>{now}</span>
      <NativeSelect
        size="xs"
        aria-label={t("levelOf", { skill, now })}
        {...(first ? { "data-autofocus": true } : {})}
        value={value}
        onChange={(event) => choose(event.target.value)}
        data={[
          { value: "", label: t("asItIs") },
          ...LEVELS.map((one) => ({ value: one, label: t("level", { level: one }) })),
          { value: TAKE, label: t("takeAway") },
        ]}
      />
    </div>
  );
}

/** What is asked for; undefined while that's nothing. */
function wishOf(skills: Record<string, string>, team: string): Wish | undefined {
  const chosen = Object.entries(skills).filter(([, value]) => value !== "");
  if (chosen.length === 0 && team === "") return undefined;
  const given = chosen.filter(([, value]) => value !== TAKE);
  return {
    gives: Object.fromEntries(given.map(([skill, level]) => [skill, Number(level)])),
    takes: chosen.filter(([, value]) => value === TAKE).map(([skill]) => skill),
    team: team === "" ? null : team,
  };
}

/** The levels that these people have now: 5, or 2–5, or a dash. */
function levelsOf(skill: string, rows: AgentRow[], definitions: Definitions): string {
  const people = new Map(definitions.agents.map((one) => [one.agent, one]));
  const levels = rows.map((row) => {
    const person = people.get(row.agent);
    return person === undefined ? 0 : (skillsNow(person, row)[skill] ?? 0);
  });
  const least = Math.min(...levels);
  const most = Math.max(...levels);
  if (most === 0 || levels.length === 0) return "–";
  return least === most ? String(most) : `${least === 0 ? "–" : least}…${most}`;
}

function teamsOf(rows: AgentRow[]): string {
  return [...new Set(rows.map(teamNow))].sort().join(", ");
}
