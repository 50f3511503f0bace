import { type ColumnDef, createColumnHelper } from "@tanstack/react-table";
import { Fragment, useMemo } from "react";
import { useTranslation } from "react-i18next";

import type {
  Estimate,
  ShownFigure,
  SimulatedRow,
  SimulatedVariant,
  SimulationReport,
} from "@/api/schema.gen";
import { Figure } from "@/parts/Figure";
import { Panel } from "@/parts/Panel";
import { queueName } from "@/parts/queueName";
import { VirtualTable } from "@/parts/VirtualTable";
import { language } from "@/words/i18n";
import { number, percent } from "@/words/format";

import { useVariantName } from "./changes";
import {
  changeText,
  doubtText,
  figureName,
  figureOf,
  kindOf,
  rowOf,
  timeLabels,
  timesOf,
  valueText,
  waitsOf,
} from "./report";
import classes from "./Simulation.module.css";

interface Props {
  report: SimulationReport;
  client: string;
}

/** Every figure of all the time: as it is, beside what if, and what that changes. */
export function Compared({ report, client }: Props) {
  const { t } = useTranslation("simulation");
  const name = useVariantName();
  const rows = report.variants.map((one) => rowOf(one, client));
  const figures = (report.figures ?? []).filter((one) =>
    rows.some((row) => row?.figures[one.id]?.value),
  );
  const several = report.variants.length > 1;
  if (!several) return <Alone figures={figures} row={rows[0]} currency={report.currency} />;
  return (
    <Panel title={t("inAll")} scrolls>
      <table className={classes.table}>
        <thead>
          <tr>
            <th />
            {report.variants.map((one, place) => (
              <Fragment key={place}>
                <th scope="col" className={classes.right}>
                  <i data-line={place} aria-hidden="true" />
                  {name(one.name, place)}
                </th>
                {place > 0 && (
                  <th scope="col" className={classes.right}>
                    {t("difference")}
                  </th>
                )}
              </Fragment>
            ))}
          </tr>
        </thead>
        <tbody>
          {figures.map((figure) => (
            <tr key={figure.id}>
              <th scope="row">{figureName(figure.id)}</th>
              {rows.map((row, place) => (
                <Cells
                  key={place}
                  figure={figure}
                  found={row?.figures[figure.id]}
                  change={place === 0 ? undefined : (row?.change ?? {})[figure.id]}
                  compared={place > 0}
                  currency={report.currency}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={classes.note}>{t("sureOfChange")}</p>
    </Panel>
  );
}

interface AloneProps {
  figures: ShownFigure[];
  row: SimulatedRow | undefined;
  currency: string;
}

/** Nothing to compare with: each figure by itself. */
function Alone({ figures, row, currency }: AloneProps) {
  const { t } = useTranslation("simulation");
  return (
    <section aria-label={t("inAll")}>
      <div className={classes.figures}>
        {figures.map(({ id, unit }) => (
          <Figure
            key={id}
            label={figureName(id)}
            value={valueText(unit, row?.figures[id]?.value, currency)}
            note={doubtText(unit, row?.figures[id])}
          />
        ))}
      </div>
      <p className={classes.note}>{t("sure")}</p>
    </section>
  );
}

interface CellsProps {
  figure: ShownFigure;
  found: Estimate | undefined;
  change: Estimate | undefined;
  compared: boolean;
  currency: string;
}

function Cells({ figure, found, change, compared, currency }: CellsProps) {
  return (
    <>
      <td className="figure">
        {valueText(figure.unit, found?.value, currency)}
        <small> {doubtText(figure.unit, found)}</small>
      </td>
      {compared && <ChangeCell figure={figure} change={change} currency={currency} />}
    </>
  );
}

const SIGNS = { good: "✓", bad: "✗", plain: "", luck: "" } as const;

function ChangeCell({ figure, change, currency }: Pick<CellsProps, "figure" | "change" | "currency">) {
  const { t } = useTranslation("simulation");
  if (change === undefined || change.value === null) return <td className="figure">–</td>;
  if (change.value === 0 && !change.half) return <td className="figure">=</td>;
  const kind = kindOf(figure, change);
  return (
    <td className="figure" data-kind={kind} title={t(`change.${kind}`)}>
      <span className="visually-hidden">{t(`change.${kind}`)}: </span>
      {SIGNS[kind] && <i aria-hidden="true">{SIGNS[kind]} </i>}
      {changeText(figure.unit, change.value, currency)}
      <small> {doubtText(figure.unit, change)}</small>
    </td>
  );
}

const OF_QUEUES = ["offered", "answered", "abandoned", "service_level", "asa", "aht"] as const;
const OF_CLIENTS = ["occupancy", "cost", "revenue", "penalty", "margin"] as const;

interface OfOne extends Props {
  variant: SimulatedVariant;
}

/** Who had what: clients as a whole, and their queues under them. */
export function ByQueue({ report, variant, first, client }: OfOne & { first: boolean }) {
  const { t } = useTranslation("simulation");
  const rows = variant.rows.filter(
    (row) => row.at === "" && row.client !== "" && (client === "" || row.client === client),
  );
  const figures = [...OF_QUEUES, ...OF_CLIENTS]
    .map((id) => figureOf(report, id))
    .filter((one) => rows.some((row) => row.figures[one.id]?.value));
  if (rows.length === 0) return null;
  return (
    <Panel title={t("byQueue")} scrolls>
      <table className={classes.table}>
        <thead>
          <tr>
            <th />
            {figures.map((one) => (
              <th key={one.id} scope="col" className={classes.right}>
                {figureName(one.id)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.client}/${row.queue}`} data-whole={row.queue === "" || undefined}>
              <th scope="row">{row.queue === "" ? row.client : queueName(row.queue)}</th>
              {figures.map((figure) => (
                <td key={figure.id} className="figure">
                  {row.figures[figure.id] === undefined
                    ? ""
                    : valueText(figure.unit, row.figures[figure.id]?.value, report.currency)}
                  {!first && <ChangeNote figure={figure} row={row} currency={report.currency} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function ChangeNote({
  figure,
  row,
  currency,
}: {
  figure: ShownFigure;
  row: SimulatedRow;
  currency: string;
}) {
  const change = (row.change ?? {})[figure.id];
  if (change === undefined || change.value === null || (change.value === 0 && !change.half)) return null;
  return (
    <small data-kind={kindOf(figure, change)}>
      {" "}
      {changeText(figure.unit, change.value, currency)}
    </small>
  );
}

/** What the contracts promise, and how it went. */
export function Promises({ report, client }: Props) {
  const { t } = useTranslation("simulation");
  const name = useVariantName();
  const several = report.variants.length > 1;
  return (
    <Panel title={t("promises")} scrolls>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("term")}</th>
            {several && <th scope="col">{t("variant")}</th>}
            <th scope="col">{t("period")}</th>
            {(["promised", "reached", "keptIn", "costs"] as const).map((one) => (
              <th key={one} scope="col" className={classes.right}>
                {t(`promise.${one}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {termsOf(report, client).map(({ term, place, variant }) => (
            <tr key={`${term.client}/${term.term}/${term.period}/${place}`}>
              <th scope="row">
                {place === 0 || !several ? `${term.client}: ${term.term}` : ""}
              </th>
              {several && <td className={classes.left}>{name(variant.name, place)}</td>}
              <td className={classes.left}>{term.period}</td>
              <td className="figure">{percent(100 * term.target, 1)}</td>
              <td className="figure">
                {valueText("%", term.reached.value, "")}
                <small> {doubtText("%", term.reached)}</small>
              </td>
              <td className="figure" data-kind={term.sure === null || term.sure >= 0.95 ? "plain" : "bad"}>
                {term.sure === null ? "–" : t("ofRuns", { percent: percent(100 * term.sure) })}
              </td>
              <td className="figure">
                {valueText("money", term.due.value, report.currency)}
                <small> {doubtText("money", term.due)}</small>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

/** Each term once, its variants under it. */
function termsOf(report: SimulationReport, client: string) {
  const all = report.variants.flatMap((variant, place) =>
    variant.promises
      .filter((term) => client === "" || term.client === client)
      .map((term) => ({ term, place, variant })),
  );
  const keyOf = ({ term }: (typeof all)[number]) => `${term.client}/${term.term}/${term.period}`;
  const order = [...new Set(all.map(keyOf))];
  return all.toSorted((a, b) => order.indexOf(keyOf(a)) - order.indexOf(keyOf(b)));
}

/** The twin beside what happened: how far it can be trusted. */
export function Trusted({ report }: { report: SimulationReport }) {
  const { t } = useTranslation("simulation");
  return (
    <Panel title={t("trust")} scrolls>
      <p className={classes.says}>{report.says?.[language() === "zh" ? 1 : 0]}</p>
      <table className={classes.table}>
        <thead>
          <tr>
            <th />
            {(["happened", "twin", "bias", "error", "asIfARun"] as const).map((one) => (
              <th key={one} scope="col" className={classes.right}>
                {t(`trusted.${one}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(report.trust ?? []).map((one) => {
            const { unit } = figureOf(report, one.figure);
            const text = (value: number | null) => valueText(unit, value, report.currency);
            return (
              <tr key={one.figure}>
                <th scope="row">{figureName(one.figure)}</th>
                <td className="figure">{text(one.happened)}</td>
                <td className="figure">
                  {text(one.twin.value)}
                  <small> {doubtText(unit, one.twin)}</small>
                </td>
                <td className="figure">{text(one.bias)}</td>
                <td className="figure">{text(one.error)}</td>
                <td className="figure">
                  {one.inside === null
                    ? "–"
                    : t("ofIntervals", { percent: percent(100 * one.inside), count: one.intervals })}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}

/** How far the estimated waits of a variant were off, and what they're good for. */
export function Estimated({ variant, client }: { variant: SimulatedVariant; client: string }) {
  const { t } = useTranslation("simulation");
  const waits = waitsOf(variant, client);
  if (waits.length === 0) return null;
  const seconds = (value: number | null) => valueText("s", value, "");
  return (
    <Panel title={t("estimated")} scrolls>
      <p className={classes.says}>{variant.waits_say?.[language() === "zh" ? 1 : 0]}</p>
      <table className={classes.table}>
        <thead>
          <tr>
            <th />
            {(["contacts", "waited", "median", "p90", "bias"] as const).map((one) => (
              <th key={one} scope="col" className={classes.right}>
                {t(`estimate.${one}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {waits.map((one) => (
            <tr key={`${one.client}/${one.queue}`} data-whole={one.queue === "" || undefined}>
              <th scope="row">{queueName(one.queue) || one.client || t("allClients")}</th>
              <td className="figure">{number(one.contacts)}</td>
              {[one.waited, one.median, one.p90].map((value, place) => (
                <td key={place} className="figure">
                  {seconds(value)}
                </td>
              ))}
              <td className="figure">{one.bias === null ? "–" : changeText("s", one.bias, "")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={classes.note}>{t("estimatedSays")}</p>
    </Panel>
  );
}

const column = createColumnHelper<SimulatedRow>();

/** Interval by interval: the charts as figures. */
export function Intervals({ report, variant, client }: OfOne) {
  const { t } = useTranslation("simulation");
  const labels = useMemo(() => {
    const times = timesOf(report);
    return new Map(timeLabels(times, report.interval).map((label, at) => [times[at], label]));
  }, [report]);
  const rows = useMemo(
    () => variant.rows.filter((row) => row.at !== "" && row.client === client && row.queue === ""),
    [variant, client],
  );
  const columns = useMemo(
    () =>
      [
        column.accessor("at", {
          header: t("from"),
          size: 96,
          cell: (cell) => <time>{labels.get(cell.getValue())}</time>,
        }),
        ...(report.figures ?? [])
          .filter((one) => rows.some((row) => row.figures[one.id]?.value))
          .map((figure) =>
            column.display({
              id: figure.id,
              size: 104,
              meta: { right: true },
              header: () => figureName(figure.id),
              cell: ({ row }) => {
                const found = row.original.figures[figure.id];
                return (
                  <span title={doubtText(figure.unit, found)}>
                    {valueText(figure.unit, found?.value, report.currency)}
                  </span>
                );
              },
            }),
          ),
      ] as ColumnDef<SimulatedRow, never>[],
    [report, rows, labels, t],
  );
  return (
    <Panel title={t("byInterval")}>
      <div className={classes.intervals} style={{ height: Math.min(480, 60 + 36 * rows.length) }}>
        <VirtualTable name={t("byInterval")} rows={rows} columns={columns} idOf={(row) => row.at} />
      </div>
    </Panel>
  );
}
