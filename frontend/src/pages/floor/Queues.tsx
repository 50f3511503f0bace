import { Skeleton } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo } from "react";
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
import { Spark } from "@/parts/Spark";
import { type OpenedFigure, useCurve, useOpening, useQueuesToday } from "@/parts/today";
import { clock, number, percent } from "@/words/format";

import { waitAlarm } from "./attention";
import type { Which } from "./ContactsNow";
import classes from "./Floor.module.css";
import { useInScope } from "./scope";
import type { FloorSearch } from "./search";

interface Serving {
  ready: number;
  busy: number;
  away: number;
}

/** Queues as rows: what waits now, how the day goes, who serves it. */
export function Queues({ search, show }: { search: FloorSearch; show: (which: Which) => void }) {
  const { t } = useTranslation("floor");
  const client = search.client;
  const inScope = useInScope(search);
  const mine = useCallback((row: QueueRow) => inScope(row.client), [inScope]);
  const navigate = useNavigate({ from: "/floor" });
  const choose = (queue: string | undefined) =>
    void navigate({
      search: ({ queue: _, ...before }: FloorSearch) => (queue ? { ...before, queue } : before),
      replace: true,
    });
  const rows = useRows("queues", mine);
  const arrived = useArrived("queues");
  const serving = useServing(rows);
  const opening = useOpening(client);
  const courses = useCourses(client);
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
              <th scope="col" className={classes.spark}>{t("course")}</th>
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
                  opening={opening}
                  course={courses?.get(row.queue)}
                  chosen={row.queue === search.queue}
                  choose={choose}
                  show={show}
                />
              ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

interface LineProps {
  row: QueueRow;
  client: boolean;
  serving: Serving | undefined;
  opening: ReturnType<typeof useOpening>;
  course: (number | null)[] | undefined;
  chosen: boolean;
  choose: (queue: string | undefined) => void;
  show: (which: Which) => void;
}

function QueueLine(props: LineProps) {
  const { row, client, serving, opening, course, chosen, choose, show } = props;
  const { t } = useTranslation("floor");
  useSecond();
  const waited = row.longest_since === null ? 0 : serverNow() - row.longest_since;
  const alarm = row.waiting > 0 ? waitAlarm(waited, row.target_us) : undefined;
  const waits = () => {
    choose(row.queue);
    show("waiting");
  };
  return (
    <tr data-chosen={chosen || undefined}>
      <td className={classes.name} title={row.queue}>
        <button
          type="button"
          className={classes.opens}
          aria-pressed={chosen}
          title={chosen ? t("allQueues") : t("onlyQueue")}
          onClick={() => choose(chosen ? undefined : row.queue)}
        >
          {queueName(row.queue)}
        </button>
        {client && <div className={classes.sub}>{row.client}</div>}
      </td>
      <td className={`figure ${classes.number}`}>
        <button type="button" className={classes.opens} title={t("whoWaits")} onClick={waits}>
          {number(row.waiting)}
        </button>
      </td>
      <td className={classes.number}>
        <span className={classes.alarm} data-alarm={alarm}>
          {alarm && <IconAlertTriangle size={14} role="img" aria-label={t(`late.${alarm}`)} aria-hidden={undefined} />}
          <Clock since={row.waiting > 0 ? row.longest_since : null} />
        </span>
      </td>
      <td className={`figure ${classes.number}`} title={t("within", { time: clock(row.target_us) })}>
        <Opens to={opening("service_level", row)}>{percent(row.service_level)}</Opens>
      </td>
      <td className={`figure ${classes.number}`}>
        <Opens to={opening("answered", row)}>{number(row.answered)}</Opens>
      </td>
      <td className={`figure ${classes.number}`}>
        <Opens to={opening("abandoned", row)}>{number(row.abandoned)}</Opens>
      </td>
      <td className={classes.spark}>{course && <Spark values={course} label={t("course")} />}</td>
      {serving && (
        <td className={`figure ${classes.number}`}>
          <button
            type="button"
            className={classes.opens}
            title={t("servingMeans")}
            onClick={() => choose(row.queue)}
          >
            {number(serving.ready)} / {number(serving.busy)} / {number(serving.away)}
          </button>
        </td>
      )}
    </tr>
  );
}

/** A figure that leads to the contacts that it counts. */
function Opens({ to, children }: { to: OpenedFigure | undefined; children: ReactNode }) {
  return to === undefined ? children : <Link {...to}>{children}</Link>;
}

/** Contacts offered by half hours since midnight, for each queue. */
function useCourses(client: string | undefined): Map<string, (number | null)[]> | undefined {
  const report = useQueuesToday(useCurve(client)?.day);
  return useMemo(() => {
    if (report === undefined) return undefined;
    const at = new Map(report.intervals.map((instant, index) => [instant, index]));
    const courses = new Map<string, (number | null)[]>();
    for (const row of report.rows) {
      const course = courses.get(row.key) ?? report.intervals.map(() => 0);
      course[at.get(row.since) ?? 0] = row.figures.offered ?? 0;
      courses.set(row.key, course);
    }
    return courses;
  }, [report]);
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
