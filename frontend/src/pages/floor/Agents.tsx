import { Button, Menu, Skeleton } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { AgentRow } from "@/api/schema.gen";
import { useMay } from "@/api/session";
import { serverNow, useSecond } from "@/feed/clock";
import { useArrived, useRows } from "@/feed/hooks";
import { Clock } from "@/parts/Clock";
import { Empty } from "@/parts/Empty";
import { IconAlertTriangle, IconHandStop, IconMessage } from "@/parts/icons";
import { useAgentName, useDefinitions } from "@/parts/names";
import { Panel } from "@/parts/Panel";
import { PresenceMark, usePresenceWords } from "@/parts/Presence";
import { queueName } from "@/parts/queueName";

import { AgentMenu } from "./AgentMenu";
import { type Attention, attention } from "./attention";
import classes from "./Floor.module.css";
import { useAble } from "./scope";
import type { FloorSearch } from "./search";
import { Tell, type Told } from "./Tell";

export type Who = "there" | "ready";

interface Props {
  search: FloorSearch;
  who: Who;
  choose: (who: Who) => void;
}

/** Agents as tiles; whoever needs somebody comes first, then by state and name. */
export function Agents({ search, who, choose }: Props) {
  const { t } = useTranslation("floor");
  const second = useSecond();
  const name = useAgentName();
  const { team, client, queue } = search;
  const works = useWorksFor(client);
  const able = useAble(queue);
  const mine = useCallback(
    (row: AgentRow) =>
      (!team || row.team === team) && works(row.agent) && (able === undefined || able.has(row.agent)),
    [team, works, able],
  );
  const [told, setTold] = useState<Told>();
  const may = useMay();
  const rows = useRows("agents", mine);
  const arrived = useArrived("agents");
  const there = rows.filter((row) => row.presence !== "signed_out");
  const sorted = useMemo(() => {
    const now = second > 0 ? serverNow() : 0;
    return there
      .filter((row) => who === "there" || row.presence === "ready")
      .map((row) => ({ row, needs: attention(row, now) }))
      .toSorted(
        (a, b) => a.needs.rank - b.needs.rank || a.row.agent.localeCompare(b.row.agent),
      );
  }, [rows, second, who]);
  return (
    <Panel
      title={t("agents")}
      side={
        <>
          <div className={classes.filter} role="group" aria-label={t("show")}>
            {(["there", "ready"] as const).map((one) => (
              <button key={one} type="button" aria-pressed={who === one} onClick={() => choose(one)}>
                {t(`who.${one}`)}
              </button>
            ))}
          </div>
          <span className={classes.sub}>
            {t("agentsThere", { there: there.length, all: rows.length })}
          </span>
          {team && may("floor.command") && (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconMessage size={14} />}
              onClick={() => setTold({ team, name: team })}
            >
              {t("tellTeam")}
            </Button>
          )}
        </>
      }
      scrolls
      className={classes.grow ?? ""}
    >
      {!arrived ? (
        <Skeleton height={120} m="md" />
      ) : sorted.length === 0 ? (
        <Empty title={t("noAgents")}>{t("noAgentsMend")}</Empty>
      ) : (
        <div className={classes.tiles}>
          {sorted.map(({ row, needs }) => (
            <Tile
              key={row.agent}
              row={row}
              needs={needs}
              name={name(row.agent)}
              tell={() => setTold({ agent: row.agent, name: name(row.agent) })}
            />
          ))}
        </div>
      )}
      {told && <Tell to={told} close={() => setTold(undefined)} />}
    </Panel>
  );
}

interface TileProps {
  row: AgentRow;
  needs: Attention;
  name: string;
  tell: () => void;
}

function Tile({ row, needs, name, tell }: TileProps) {
  const { t } = useTranslation("floor");
  const words = usePresenceWords();
  const state = row.held ? t("onHold") : words(row.presence, row.reason);
  const doing = row.queue === null ? state : `${state} · ${queueName(row.queue)}`;
  return (
    <Menu position="bottom-start" width={230} shadow="md" withinPortal>
      <Menu.Target>
        <button type="button" className={classes.tile} data-alarm={needs.alarm}>
          {needs.alarm === "you" ? (
            <IconHandStop size={14} />
          ) : needs.alarm ? (
            <IconAlertTriangle size={14} />
          ) : (
            <PresenceMark presence={row.presence} />
          )}
          <span className={classes.tileName}>{name}</span>
          <Clock since={row.since} />
          <span className={classes.tileState}>
            {needs.why ? `${t(`needs.${needs.why}`)} · ${doing}` : doing}
          </span>
        </button>
      </Menu.Target>
      <AgentMenu row={row} name={name} tell={tell} />
    </Menu>
  );
}

/** Whether somebody works for a client; without one everybody does. */
function useWorksFor(client: string | undefined): (agent: string) => boolean {
  const definitions = useDefinitions();
  return useMemo(() => {
    if (client === undefined || definitions === undefined) return () => true;
    const people = definitions.agents.filter((one) => one.clients.includes(client));
    const known = new Set(people.map((one) => one.agent));
    return (agent: string) => known.has(agent);
  }, [client, definitions]);
}
