import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Estimate, SimulationReport } from "@/api/schema.gen";
import Chart, { axes, type ChartOption, type Ink } from "@/parts/Chart";
import { Panel } from "@/parts/Panel";
import { number } from "@/words/format";

import { useVariantName } from "./changes";
import { doubtText, figureName, figureOf, timeLabels, timesOf, valueText } from "./report";
import classes from "./Simulation.module.css";

const HEIGHT = 188;
/** What is drawn, and the end of its scale if it has one. `of` stands behind it, for the size. */
const DRAWN: { id: string; most?: number; of?: string }[] = [
  { id: "service_level", most: 100 },
  { id: "answered", of: "offered" },
  { id: "abandoned" },
  { id: "asa" },
  { id: "occupancy", most: 100 },
  { id: "margin" },
];
/** A variant's line: told apart without its colour, too. */
const LINES = [
  ["accent", "solid"],
  ["busy", [6, 3]],
  ["you-line", [2, 3]],
  ["line-strong", [9, 3, 2, 3]],
] as const;

interface Props {
  report: SimulationReport;
  client: string;
}

/** Figures by the interval, every variant with the band in which its mean is sure. */
export default function Charts({ report, client }: Props) {
  const { t } = useTranslation("simulation");
  const name = useVariantName();
  const times = useMemo(() => timesOf(report), [report]);
  const found = useMemo(() => seriesOf(report, client), [report, client]);
  const shown = DRAWN.filter(({ id }) =>
    report.variants.some((_, place) => times.some((at) => found(place, id, at)?.value)),
  );
  return (
    <section className={classes.charts} aria-label={t("charts")}>
      {report.variants.length > 1 && (
        <ul className={classes.key}>
          {report.variants.map((one, place) => (
            <li key={place}>
              <i data-line={place} aria-hidden="true" />
              {name(one.name, place)}
            </li>
          ))}
        </ul>
      )}
      {shown.map(({ id, most, of }) => (
        <Panel key={id} title={of ? t(`drawn.${id}`) : figureName(id)}>
          <Drawn report={report} times={times} found={found} id={id} most={most} of={of} />
        </Panel>
      ))}
    </section>
  );
}

type Found = (place: number, id: string, at: string) => Estimate | undefined;

function seriesOf(report: SimulationReport, client: string): Found {
  const rows = report.variants.map(
    (one) =>
      new Map(
        one.rows
          .filter((row) => row.at !== "" && row.client === client && row.queue === "")
          .map((row) => [row.at, row.figures]),
      ),
  );
  return (place, id, at) => rows[place]?.get(at)?.[id];
}

interface DrawnProps {
  report: SimulationReport;
  times: string[];
  found: Found;
  id: string;
  most: number | undefined;
  of: string | undefined;
}

function Drawn({ report, times, found, id, most, of }: DrawnProps) {
  const { t } = useTranslation("simulation");
  const name = useVariantName();
  const { unit } = figureOf(report, id);
  const option = useCallback(
    (ink: Ink): ChartOption => {
      const base = axes(ink, timeLabels(times, report.interval));
      const names = report.variants.map((one, place) => name(one.name, place));
      const behind = of
        ? [line(ink("dim"), "dotted", figureName(of), times.map((at) => found(0, of, at)))]
        : [];
      return {
        ...base,
        yAxis: {
          ...(base.yAxis as object),
          ...(most === undefined ? {} : { max: most, interval: most / 4 }),
          ...(id === "margin" ? {} : { min: 0 }),
          axisLabel: { color: ink("dim"), fontSize: 11, formatter: short },
        },
        tooltip: {
          ...tooltip(ink),
          formatter: (points: { dataIndex: number }[]) => {
            const place = points[0]?.dataIndex ?? 0;
            const at = times[place] ?? "";
            const lines = [
              ...(of ? [[figureName(of), found(0, of, at)] as const] : []),
              ...names.map((each, variant) => [each, found(variant, id, at)] as const),
            ];
            return [
              timeLabels(times, report.interval)[place],
              ...lines.map(
                ([each, one]) =>
                  `${each}  ${valueText(unit, one?.value, report.currency)} ${doubtText(unit, one)}`,
              ),
            ].join("\n");
          },
        },
        series: [
          ...behind,
          ...report.variants.flatMap((_, place) => {
            const values = times.map((at) => found(place, id, at));
            const [colour, dash] = LINES[place % LINES.length] ?? LINES[0];
            return [
              ...band(ink(colour), `band-${place}`, values, id === "margin" ? -Infinity : 0, most),
              line(ink(colour), dash as Dash, names[place] ?? "", values),
            ];
          }),
        ],
      };
    },
    [report, times, found, id, most, of, unit, name, t],
  );
  const whole = report.variants.map((one, place) => {
    const values = times.map((at) => found(place, id, at)?.value).filter((each) => each != null);
    return t("says", {
      name: name(one.name, place),
      least: valueText(unit, Math.min(...values), report.currency),
      most: valueText(unit, Math.max(...values), report.currency),
    });
  });
  return (
    <div className={classes.chart}>
      <Chart option={option} height={HEIGHT} label={`${figureName(id)}. ${whole.join(" ")}`} />
    </div>
  );
}

type Dash = "solid" | "dotted" | number[];

function line(colour: string, dash: Dash, name: string, values: (Estimate | undefined)[]) {
  return {
    type: "line",
    name,
    data: values.map((one) => one?.value ?? null),
    symbol: values.length > 1 ? "none" : "circle",
    color: colour,
    lineStyle: { width: 2, type: dash },
    z: 3,
  };
}

/** From the lower end to the upper one: drawn as an area upon a line that isn't seen. */
function band(
  colour: string,
  stack: string,
  values: (Estimate | undefined)[],
  least: number,
  most: number | undefined,
) {
  const low = values.map((one) =>
    one?.value == null ? null : Math.max(one.value - (one.half ?? 0), least),
  );
  const high = values.map((one) =>
    one?.value == null ? null : Math.min(one.value + (one.half ?? 0), most ?? Infinity),
  );
  const unseen = { type: "line", stack, stackStrategy: "all", symbol: "none", silent: true };
  return [
    { ...unseen, data: low, lineStyle: { opacity: 0 } },
    {
      ...unseen,
      data: high.map((one, at) => (one === null ? null : one - (low[at] ?? 0))),
      lineStyle: { opacity: 0 },
      areaStyle: { color: colour, opacity: 0.16 },
    },
  ];
}

function tooltip(ink: Ink) {
  return {
    trigger: "axis",
    renderMode: "richText",
    confine: true,
    backgroundColor: ink("raised"),
    borderColor: ink("line"),
    textStyle: { color: ink("ink"), fontSize: 12, lineHeight: 18 },
  };
}

function short(value: number): string {
  return Math.abs(value) >= 10_000 ? `${number(value / 1000)}k` : number(value);
}
