import { Select } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Column, Report } from "@/api/schema.gen";
import Chart, { axes, type Ink } from "@/parts/Chart";
import { useAgentName } from "@/parts/names";
import { queueName } from "@/parts/queueName";

import { figure, useMeasures } from "@/parts/measures";
import classes from "./Reports.module.css";

const MOST = 4; // labelled directly; more would need a legend
const NAMES = window.innerWidth < 600 ? 84 : 150; // px for the names at the lines' ends
/** A line and its name; amber and red are for what needs somebody. */
const INKS = [
  ["accent", "accent-ink"],
  ["busy", "busy"],
  ["you-line", "you"],
  ["line-strong", "dim"],
] as const;

interface Props {
  report: Report;
  columns: Column[];
}

/** One measure over the intervals, for the largest keys, each labelled at its line's end. */
export default function ReportChart({ report, columns }: Props) {
  const { t } = useTranslation("reports");
  const words = useMeasures();
  const agent = useAgentName();
  const [chosen, setChosen] = useState<string>();
  const column = columns.find((one) => one.measure === chosen) ?? columns[0];
  const intervals = useMemo(() => open(report), [report]);
  const lines = useMemo(
    () => (column ? linesOf(report, intervals, column.measure) : []),
    [report, intervals, column],
  );
  const option = useCallback(
    (ink: Ink) => {
      const unit = column?.unit ?? "";
      const named = (key: string) =>
        report.report === "agents" ? agent(key) : report.report === "queues" ? queueName(key) : key;
      return {
        ...axes(ink, intervals.map((at) => labelOf(report, at))),
        grid: { left: 8, right: NAMES + 12, top: 16, bottom: 4, containLabel: true },
        series: lines.map(([key, values], index) => ({
          type: "line",
          name: named(key),
          data: values,
          symbol: values.length > 60 ? "none" : "circle",
          symbolSize: 5,
          color: ink(INKS[index]?.[0] ?? "accent"),
          lineStyle: { width: 2 },
          endLabel: {
            show: true, formatter: "{a}", color: ink(INKS[index]?.[1] ?? "ink"), fontSize: 12,
            lineHeight: 16,
            width: NAMES, overflow: "truncate",
          },
          labelLayout: { moveOverlap: "shiftY" },
          tooltip: { valueFormatter: (value: unknown) => figure(unit, value as number | null) },
        })),
      };
    },
    [report, intervals, column, lines, agent],
  );
  if (column === undefined) return null;
  return (
    <div className={classes.chart}>
      <Select
        size="xs"
        w={200}
        aria-label={t("drawn")}
        data={columns.map((one) => ({ value: one.measure, label: words(one.measure).name }))}
        value={column.measure}
        onChange={(value) => setChosen(value ?? undefined)}
        allowDeselect={false}
      />
      <Chart option={option} height={180} label={words(column.measure).name} />
    </div>
  );
}

/** From the first interval that anything is known of to the last: nights are left out. */
function open(report: Report): number[] {
  const known = new Set(report.rows.map((row) => row.since));
  const first = report.intervals.findIndex((at) => known.has(at));
  const last = report.intervals.findLastIndex((at) => known.has(at));
  return first < 0 ? [...report.intervals] : report.intervals.slice(first, last + 1);
}

function linesOf(
  report: Report,
  intervals: number[],
  measure: string,
): [string, (number | null)[]][] {
  const at = new Map(intervals.map((instant, index) => [instant, index]));
  const lines = new Map<string, (number | null)[]>();
  const sizes = new Map<string, number>();
  for (const row of report.rows) {
    const line = lines.get(row.key) ?? intervals.map(() => null);
    lines.set(row.key, line);
    const value = row.figures[measure] ?? null;
    line[at.get(row.since) ?? 0] = value;
    sizes.set(row.key, (sizes.get(row.key) ?? 0) + (value ?? 0));
  }
  return [...lines]
    .toSorted((a, b) => (sizes.get(b[0]) ?? 0) - (sizes.get(a[0]) ?? 0))
    .slice(0, MOST);
}

function labelOf(report: Report, at: number): string {
  const date = new Date(at / 1000);
  const options: Intl.DateTimeFormatOptions =
    report.interval === "month"
      ? { month: "short" }
      : report.interval === "day"
        ? { month: "short", day: "numeric" }
        : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat(document.documentElement.lang, {
    ...options,
    timeZone: report.zone,
  }).format(date);
}
