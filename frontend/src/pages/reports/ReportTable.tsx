import { Button, Checkbox, Popover, Skeleton, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ColumnDef, createColumnHelper } from "@tanstack/react-table";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { Column, Report, ReportRow } from "@/api/schema.gen";
import { Empty } from "@/parts/Empty";
import { IconAdjustments, IconTableExport } from "@/parts/icons";
import { useAgentName } from "@/parts/names";
import { queueName } from "@/parts/queueName";
import { Trouble } from "@/parts/Trouble";
import { VirtualTable } from "@/parts/VirtualTable";
import { dayText, timeOfDay } from "@/words/format";

import { nextDay } from "./days";
import { figure, useMeasures } from "@/parts/measures";
import classes from "./Reports.module.css";
import type { Kind, ReportsSearch } from "./search";

const ReportChart = lazy(() => import("./ReportChart"));

type TableKind = Exclude<Kind, "agent-day">;

/** The figures that most look at first; the others are a click away. */
const FIRST: Record<TableKind, string[]> = {
  queues: ["offered", "answered", "abandoned", "service_level", "abandonment", "asa", "longest_wait", "handled", "aht"],
  clients: ["contacts", "offered", "answered", "abandoned", "service_level", "abandonment", "asa", "handled", "aht"],
  agents: ["handled", "aht", "average_talk", "average_hold", "average_wrap_up", "missed_rings", "signed_in", "occupancy"],
  codes: ["handled", "aht", "average_talk", "average_hold", "average_wrap_up"],
};

export function ReportTable({ kind, search }: { kind: TableKind; search: ReportsSearch }) {
  const { t } = useTranslation("reports");
  const query = queryOf(search);
  const found = useQuery({
    queryKey: ["report", kind, query],
    placeholderData: keepPreviousData,
    queryFn: async (): Promise<Report> =>
      (await body(
        api.GET(`/api/reports/${kind}`, { params: { query: { ...query, format: "json" } } }),
      )) as Report,
  });
  const [wanted, setWanted] = useColumnsKept(kind);
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />;
  if (found.data === undefined || found.data.report !== kind) {
    return <Skeleton className={classes.skeleton ?? ""} aria-busy="true" />;
  }
  const report = found.data;
  const columns = report.columns.filter((one) => wanted.includes(one.measure));
  return (
    <>
      <div className={classes.tools}>
        <span className={classes.note}>
          {t("made", { time: timeOfDay(report.generated, true), zone: report.zone })}
          {report.next !== null && ` ${t("cut")}`}
        </span>
        <Chooser columns={report.columns} wanted={wanted} choose={setWanted} />
        <Export kind={kind} query={query} format="csv" />
        <Export kind={kind} query={query} format="xlsx" />
      </div>
      {report.intervals.length > 1 && (
        <Suspense fallback={<Skeleton height={180} />}>
          <ReportChart report={report} columns={columns} />
        </Suspense>
      )}
      {report.rows.length === 0 ? (
        <div className={classes.empty}>
          <Empty title={t("nothing")}>{t("nothingMend")}</Empty>
        </div>
      ) : (
        <div className={classes.figures}>
          <Figures report={report} columns={columns} />
        </div>
      )}
    </>
  );
}

interface Query {
  from: string;
  to: string;
  interval: NonNullable<ReportsSearch["interval"]>;
  client?: string;
  queue?: string;
  agent?: string;
  team?: string;
  code?: string;
}

function queryOf(search: ReportsSearch): Query {
  const { report: _, from = dayText(), to = from, interval = "day", ...rest } = search;
  return { from, to: nextDay(to), interval, ...rest };
}

function Export({ kind, query, format }: { kind: TableKind; query: Query; format: string }) {
  const { t } = useTranslation("reports");
  const asked = new URLSearchParams({ ...query, format });
  return (
    <Button
      component="a"
      href={`/api/reports/${kind}?${asked.toString()}`}
      download
      size="compact-sm"
      variant="default"
      leftSection={<IconTableExport size={14} />}
    >
      {t("export", { format: format === "csv" ? "CSV" : "Excel" })}
    </Button>
  );
}

interface ChooserProps {
  columns: readonly Column[];
  wanted: string[];
  choose: (wanted: string[]) => void;
}

function Chooser({ columns, wanted, choose }: ChooserProps) {
  const { t } = useTranslation("reports");
  const words = useMeasures();
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconAdjustments size={14} />}
        >
          {t("measures")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.chooser ?? ""} aria-label={t("measures")}>
        {columns.map(({ measure }) => (
          <Checkbox
            key={measure}
            size="xs"
            label={words(measure).name}
            description={words(measure).says}
            checked={wanted.includes(measure)}
            onChange={(event) =>
              choose(
                event.currentTarget.checked
                  ? [...wanted, measure]
                  : wanted.filter((one) => one !== measure),
              )
            }
          />
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}

/** Which measures somebody wants to see of a report, kept in this browser. */
function useColumnsKept(kind: TableKind): [string[], (wanted: string[]) => void] {
  const key = `roost-report-${kind}`;
  const [all, setAll] = useState<Record<string, string[]>>({});
  const kept = all[key] ?? (JSON.parse(localStorage.getItem(key) ?? "null") as string[] | null);
  const set = (wanted: string[]) => {
    localStorage.setItem(key, JSON.stringify(wanted));
    setAll({ ...all, [key]: wanted });
  };
  return [kept ?? FIRST[kind], set];
}

const column = createColumnHelper<ReportRow>();

function Figures({ report, columns }: { report: Report; columns: Column[] }) {
  const { t } = useTranslation("reports");
  const words = useMeasures();
  const name = useKeyName(report.report);
  const several = report.intervals.length > 1;
  const oneDay = useMemo(
    () => new Set(report.rows.map((row) => row.local.slice(0, 10))).size === 1,
    [report],
  );
  const narrow = useMediaQuery("(max-width: 480px)", false, { getInitialValueInEffect: false });
  const shown = useMemo(
    () =>
      [
        ...(several
          ? [
              column.accessor("local", {
                header: t("interval"),
                size: oneDay ? 76 : 124,
                cell: (cell) => (
                  <time>{localText(cell.getValue(), report.interval, oneDay)}</time>
                ),
              }),
            ]
          : []),
        column.accessor("key", {
          header: t(`key.${report.report}`),
          size: narrow ? 120 : 180,
          cell: (cell) => <span title={name(cell.getValue())}>{name(cell.getValue())}</span>,
        }),
        ...columns.map((one) =>
          column.display({
            id: one.measure,
            size: 92,
            meta: { right: true },
            header: () => {
              const { name: title, says, version } = words(one.measure);
              return (
                <Tooltip label={`${says} (${one.measure}, v${version})`} multiline w={280}>
                  <span tabIndex={0}>{title}</span>
                </Tooltip>
              );
            },
            cell: ({ row }) => <Cell row={row.original} column={one} report={report} />,
          }),
        ),
      ] as ColumnDef<ReportRow, never>[],
    [report, columns, words, name, several, oneDay, narrow, t],
  );
  return (
    <VirtualTable
      name={t("title")}
      rows={[...report.rows]}
      columns={shown}
      idOf={(row) => `${row.since}/${row.key}`}
    />
  );
}

interface CellProps {
  row: ReportRow;
  column: Column;
  report: Report;
}

/** A figure; where it counts contacts it opens to exactly these, and what's of somebody's time alone to
 * their day, as far as it lies in one. */
function Cell({ row, column: one, report }: CellProps) {
  const value = row.figures[one.measure];
  const text = figure(one.unit, value);
  if (!value) return text;
  if (!one.opens) {
    const day = dayOf(row, report);
    if (day === undefined) return text;
    return (
      <Link
        to="/reports"
        search={{ report: "agent-day", agent: row.key, from: day }}
        className={classes.opens ?? ""}
      >
        {text}
      </Link>
    );
  }
  const asked = new URLSearchParams(row.opens);
  const search = Object.fromEntries(asked.entries());
  return (
    <Link to="/contacts" search={{ ...search, measure: one.measure }} className={classes.opens ?? ""}>
      {text}
    </Link>
  );
}

const DAY_US = 25 * 3600 * 1e6; // a day can have 25 hours

/** The day that a row of somebody's lies in; undefined where it's longer. */
function dayOf(row: ReportRow, report: Report): string | undefined {
  const within = row.until - row.since <= DAY_US;
  return report.report === "agents" && within ? row.local.slice(0, 10) : undefined;
}

function useKeyName(report: string): (key: string) => string {
  const { t } = useTranslation("reports");
  const agent = useAgentName();
  return useMemo(() => {
    if (report === "agents") return (key) => (agent(key) === key ? key : `${agent(key)} · ${key}`);
    if (report === "queues") return queueName;
    return (key) => key || t("none");
  }, [report, agent, t]);
}

/** An interval's beginning on the centre's wall, as short as its length allows. */
function localText(local: string, interval: string, oneDay: boolean): string {
  if (interval === "month") return local.slice(0, 7);
  if (interval === "day") return local.slice(0, 10);
  const time = local.slice(11, 16);
  return oneDay ? time : `${local.slice(5, 10)} ${time}`;
}
