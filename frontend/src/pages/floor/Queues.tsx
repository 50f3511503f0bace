import { Skeleton } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useCallback, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { AgentRow, Definitions, QueueRow } from "@/api/schema.gen";
import { serverNow, useSecond } from "@/feed/clock";
import { useArrived, useRows } from "@/feed/hooks";
import { serves, usePeopleNow } from "@/parts/able";
import { Ahead } from "@/parts/Ahead";
import { Clock } from "@/parts/Clock";
import { Empty } from "@/parts/Empty";
import { IconAlertTriangle, IconPhoneOutgoing } from "@/parts/icons";
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
import marks from "./Waits.module.css";

const AT_A_GLANCE = 10;
const ONE_LINE = 36;
const TWO_LINES = 47;

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
  const choose = useCallback(
    (queue: string | undefined) =>
      void navigate({
        search: ({ queue: _, ...before }: FloorSearch) => (queue ? { ...before, queue } : before),
        replace: true,
      }),
    [navigate],
  );
  const rows = useRows("queues", mine);
  const arrived = useArrived("queues");
  const serving = useServing(rows);
  const opening = useOpening(client);
  const courses = useCourses(client);
  const manyClients = new Set(rows.map((row) => row.client)).size > 1;
  const box = useRef<HTMLDivElement>(null);
  const second = useSecond();
  const sorted = useMemo(() => inOrder(rows), [rows, rows.length > AT_A_GLANCE && second]);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => box.current,
    estimateSize: () => (manyClients ? TWO_LINES : ONE_LINE),
    overscan: 8,
  });
  const lines = virtual.getVirtualItems();
  return (
    <Panel title={t("queues")} scrolls box={box} className={classes.queues ?? ""}>
      {!arrived ? (
        <Skeleton height={120} m="md" />
      ) : rows.length === 0 ? (
        <Empty title={t("noQueues")}>{t("noQueuesMend")}</Empty>
      ) : (
        <table className={classes.queueTable}>
          <thead>
            <tr>
              <th scope="col">{t("queue")}</th>
              <th scope="col" className={classes.number}>{t("waiting")}</th>
              <th scope="col" className={classes.number}>{t("longest")}</th>
              <th scope="col" className={classes.number} title={t("aheadMeans")} data-later>
                {t("ahead")}
              </th>
              <th scope="col" className={classes.number}>{t("serviceLevel")}</th>
              <th scope="col" className={classes.number} data-later>{t("answered")}</th>
              <th scope="col" className={classes.number} data-later>{t("abandoned")}</th>
              <th scope="col" className={classes.spark} data-later>{t("course")}</th>
              {serving && (
                <th scope="col" className={classes.serving} data-later>{t("serving")}</th>
              )}
            </tr>
          </thead>
          <tbody>
            <Spacer height={lines[0]?.start ?? 0} />
            {lines.map(({ index }) => {
              const row = sorted[index];
              return (
                row && (
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
                )
              );
            })}
            <Spacer height={virtual.getTotalSize() - (lines.at(-1)?.end ?? 0)} />
          </tbody>
        </table>
      )}
    </Panel>
  );
}

/** By client and name, always in the same place; where there are more than one sees, those that
 * wait for too long come first. */
function inOrder(rows: QueueRow[]): QueueRow[] {
  const now = serverNow();
  const late = (row: QueueRow) => {
    if (rows.length <= AT_A_GLANCE || row.waiting === 0 || row.longest_since === null) return 2;
    const alarm = waitAlarm(now - row.longest_since, row.target_us);
    return alarm === "now" ? 0 : alarm === "soon" ? 1 : 2;
  };
  return rows
    .map((row) => ({ row, rank: late(row) }))
    .toSorted(
      (a, b) =>
        a.rank - b.rank ||
        a.row.client.localeCompare(b.row.client) ||
        a.row.queue.localeCompare(b.row.queue),
    )
    .map(({ row }) => row);
}

/** The rows that aren't in sight, as one: a centre may have hundreds of queues. */
function Spacer({ height }: { height: number }) {
  return height > 0 ? <tr aria-hidden="true" style={{ height }} className={classes.gap} /> : null;
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

const QueueLine = memo(function QueueLine(props: LineProps) {
  const { row, client, serving, opening, course, chosen, choose, show } = props;
  const { t } = useTranslation("floor");
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
        {row.promised > 0 && (
          <span className={marks.promised} title={t("promisedMore", { count: row.promised })}>
            <IconPhoneOutgoing size={12} />
            {number(row.promised)}
          </span>
        )}
      </td>
      <td className={classes.number}>
        {row.waiting > 0 ? <Longest row={row} /> : <Clock since={null} />}
      </td>
      <td className={classes.number} data-later>
        <span className={classes.alarm} data-alarm={unserved(row) ? "now" : undefined}>
          <Ahead us={row.wait_us} />
        </span>
      </td>
      <td className={`figure ${classes.number}`} title={t("within", { time: clock(row.target_us) })}>
        <Opens to={opening("service_level", row)}>{percent(row.service_level)}</Opens>
      </td>
      <td className={`figure ${classes.number}`} data-later>
        <Opens to={opening("answered", row)}>{number(row.answered)}</Opens>
      </td>
      <td className={`figure ${classes.number}`} data-later>
        <Opens to={opening("abandoned", row)}>{number(row.abandoned)}</Opens>
      </td>
      <td className={classes.spark} data-later>{course && <Spark values={course} label={t("course")} />}</td>
      {serving && (
        <td className={`figure ${classes.serving}`} data-later>
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
});

/** The wait that has been longest, and how it stands against what was promised. */
function Longest({ row }: { row: QueueRow }) {
  const { t } = useTranslation("floor");
  useSecond();
  const waited = row.longest_since === null ? 0 : serverNow() - row.longest_since;
  const alarm = waitAlarm(waited, row.target_us);
  return (
    <span className={classes.alarm} data-alarm={alarm}>
      {alarm && <IconAlertTriangle size={14} role="img" aria-label={t(`late.${alarm}`)} aria-hidden={undefined} />}
      <Clock since={row.longest_since} />
    </span>
  );
}

/** Somebody waits, and nobody is there who could answer. */
function unserved(row: QueueRow): boolean {
  return row.wait_us === null && row.waiting + row.promised > 0;
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

/** Who of those signed in serves each queue; undefined for whoever may not know. Queues that ask
 * for the same are counted once. */
function useServing(rows: QueueRow[]): Map<string, Serving> | undefined {
  const definitions = useDefinitions();
  const agents = useRows("agents");
  const people = usePeopleNow();
  const able = useMemo(
    () => definitions && people && ableOf(definitions.queues, people),
    [definitions, people],
  );
  return useMemo(() => {
    if (able === undefined) return undefined;
    const counted = new Map<ReadonlySet<string>, Serving>();
    return new Map(
      rows.map((row) => {
        const those = able.get(row.queue) ?? NOBODY;
        const found = counted.get(those) ?? servingOf(those, agents);
        counted.set(those, found);
        return [row.queue, found];
      }),
    );
  }, [able, agents, rows]);
}

const NOBODY: ReadonlySet<string> = new Set();

/** Whose skills are enough for each queue; the same set for those that ask for the same. */
function ableOf(
  queues: Definitions["queues"],
  people: Definitions["agents"],
): Map<string, ReadonlySet<string>> {
  const same = new Map<string, ReadonlySet<string>>();
  return new Map(
    queues.map(({ queue, client, skills }) => {
      const asked = JSON.stringify([client, Object.entries(skills).toSorted()]);
      const those =
        same.get(asked) ??
        new Set(
          people
            .filter((one) => one.clients.includes(client) && serves(one.skills, skills))
            .map((one) => one.agent),
        );
      same.set(asked, those);
      return [queue, those];
    }),
  );
}

function servingOf(able: ReadonlySet<string>, agents: AgentRow[]): Serving {
  const found: Serving = { ready: 0, busy: 0, away: 0 };
  for (const row of agents) {
    if (!able.has(row.agent) || row.presence === "signed_out") continue;
    if (row.presence === "ready") found.ready += 1;
    else if (row.presence === "away") found.away += 1;
    else found.busy += 1;
  }
  return found;
}
