import { Skeleton } from "@mantine/core";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { AgentRow, Definitions, QueueRow } from "@/api/schema.gen";
import { serverNow, useSecond } from "@/feed/clock";
import { useArrived, useRows } from "@/feed/hooks";
import { Clock } from "@/parts/Clock";
import { Empty } from "@/parts/Empty";
import { IconAlertTriangle } from "@/parts/icons";
import { useDefinitions } from "@/parts/names";
import { Panel } from "@/parts/Panel";
import { queueName } from "@/parts/queueName";
import { clock, number, percent } from "@/words/format";

import { waitAlarm } from "./attention";
import classes from "./Floor.module.css";
import type { FloorSearch } from "./search";

interface Serving {
  ready: number;
  busy: number;
  away: number;
}

/** Queues as rows: what waits now, how the day goes, who serves it. */
export function Queues({ search }: { search: FloorSearch }) {
  const { t } = useTranslation("floor");
  const client = search.client;
  const mine = useCallback((row: QueueRow) => !client || row.client === client, [client]);
  const rows = useRows("queues", mine);
  const arrived = useArrived("queues");
  const serving = useServing(rows);
  const manyClients = new Set(rows.map((row) => row.client)).size > 1;
  return (
    <Panel title={t("queues")} scrolls className={classes.queues}>
      {!arrived ? (
        <Skeleton height={120} m="md" />
      ) : rows.length === 0 ? (
        <Empty title={t("noQueues")}>{t("noQueuesMend")}</Empty>
      ) : (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("queue")}</th>
              <th scope="col" className={classes.number}>{t("waiting")}</th>
              <th scope="col" className={classes.number}>{t("longest")}</th>
              <th scope="col" className={classes.number}>{t("serviceLevel")}</th>
              <th scope="col" className={classes.number}>{t("answered")}</th>
              <th scope="col" className={classes.number}>{t("abandoned")}</th>
              <th scope="col" className={classes.number}>{t("asa")}</th>
              {serving && <th scope="col" className={classes.number}>{t("serving")}</th>}
            </tr>
          </thead>
          <tbody>
            {rows
              .toSorted((a, b) => a.client.localeCompare(b.client) || a.queue.localeCompare(b.queue))
              .map((row) => (
                <QueueLine
                  key={row.queue}
                  row={row}
                  client={manyClients}
                  serving={serving?.get(row.queue)}
                />
              ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function QueueLine(props: { row: QueueRow; client: boolean; serving: Serving | undefined }) {
  const { row, client, serving } = props;
  const { t } = useTranslation("floor");
  useSecond();
  const waited = row.longest_since === null ? 0 : serverNow() - row.longest_since;
  const alarm = row.waiting > 0 ? waitAlarm(waited, row.target_us) : undefined;
  return (
    <tr>
      <td className={classes.name} title={row.queue}>
        {queueName(row.queue)}
        {client && <div className={classes.sub}>{row.client}</div>}
      </td>
      <td className={`figure ${classes.number}`}>{number(row.waiting)}</td>
      <td className={classes.number}>
        <span className={classes.alarm} data-alarm={alarm}>
          {alarm && <IconAlertTriangle size={14} role="img" aria-label={t(`late.${alarm}`)} aria-hidden={undefined} />}
          <Clock since={row.waiting > 0 ? row.longest_since : null} />
        </span>
      </td>
      <td className={`figure ${classes.number}`} title={t("within", { time: clock(row.target_us) })}>
        {percent(row.service_level)}
      </td>
      <td className={`figure ${classes.number}`}>{number(row.answered)}</td>
      <td className={`figure ${classes.number}`}>{number(row.abandoned)}</td>
      <td className={`figure ${classes.number}`}>{clock(row.asa_us)}</td>
      {serving && (
        <td className={`figure ${classes.number}`} title={t("servingMeans")}>
          {number(serving.ready)} / {number(serving.busy)} / {number(serving.away)}
        </td>
      )}
    </tr>
  );
}

/** Who of those signed in serves each queue; undefined for whoever may not know. */
function useServing(rows: QueueRow[]): Map<string, Serving> | undefined {
  const definitions = useDefinitions();
  const agents = useRows("agents");
  return useMemo(() => {
    if (definitions === undefined) return undefined;
    return new Map(rows.map((row) => [row.queue, servingOf(row.queue, definitions, agents)]));
  }, [definitions, agents, rows]);
}

function servingOf(id: string, definitions: Definitions, agents: AgentRow[]): Serving {
  const queue = definitions.queues.find((one) => one.queue === id);
  const found: Serving = { ready: 0, busy: 0, away: 0 };
  if (queue === undefined) return found;
  const able = new Set(
    definitions.agents
      .filter(
        (one) =>
          one.clients.includes(queue.client) &&
          Object.entries(queue.skills).every(([skill, level]) => (one.skills[skill] ?? 0) >= level),
      )
      .map((one) => one.agent),
  );
  for (const row of agents) {
    if (!able.has(row.agent) || row.presence === "signed_out") continue;
    if (row.presence === "ready") found.ready += 1;
    else if (row.presence === "away") found.away += 1;
    else found.busy += 1;
  }
  return found;
}
