/** A simulation's result: finding rows in it, and its figures as people read them. */
import type {
  Estimate,
  ShownFigure,
  SimulatedRow,
  SimulatedVariant,
  SimulationReport,
} from "@/api/schema.gen";
import { money, number } from "@/words/format";

const NONE = "–";

/** A row of all the time, or of the interval that begins `at`. */
export function rowOf(
  variant: SimulatedVariant,
  client: string,
  queue = "",
  at = "",
): SimulatedRow | undefined {
  return variant.rows.find(
    (row) => row.at === at && row.client === client && row.queue === queue,
  );
}

/** Those who are in a result; one alone needs no name. */
export function clientsOf(report: SimulationReport): string[] {
  const found = new Set(
    report.variants.flatMap((one) => one.rows.map((row) => row.client)).filter(Boolean),
  );
  return [...found].sort();
}

/** Where its intervals begin, on the centre's wall. */
export function timesOf(report: SimulationReport): string[] {
  const found = new Set(report.variants.flatMap((one) => one.rows.map((row) => row.at)));
  found.delete("");
  return [...found].sort();
}

/** As short as its length allows. */
export function timeLabels(times: string[], interval: string): string[] {
  if (interval === "day") return times.map((at) => at.slice(5, 10));
  const days = new Set(times.map((at) => at.slice(0, 10))).size;
  return times.map((at) => (days > 1 ? `${at.slice(5, 10)} ${at.slice(11, 16)}` : at.slice(11, 16)));
}

export function figureOf(report: SimulationReport, id: string): ShownFigure {
  return report.figures?.find((one) => one.id === id) ?? { id, unit: "", better: 0 };
}

/** 1,204 · 84.2 % · 23.4 s · €1,204.50 */
export function valueText(unit: string, value: number | null | undefined, currency: string): string {
  if (value === null || value === undefined) return NONE;
  if (unit === "money") {
    return currency === "" ? number(value, 2) : money({ currency, minor: Math.round(value * 100) });
  }
  if (unit === "%") return `${number(value, 1)} %`;
  if (unit === "s") return `${number(value, 1)} s`;
  return number(value, Math.abs(value) >= 1000 || Number.isInteger(value) ? 0 : 1);
}

/** Half of the width of its interval: ± 1.2; nothing where there was one run, or no doubt. */
export function doubtText(unit: string, found: Estimate | undefined): string {
  if (found?.value === null || !found?.half) return "";
  const digits = unit === "money" ? 2 : found.half >= 1000 ? 0 : 1;
  return `± ${number(found.half, digits)}`;
}

/** What a difference is: better, worse, one that's neither, or perhaps luck. */
export function kindOf(figure: ShownFigure, change: Estimate): "good" | "bad" | "plain" | "luck" {
  const { value, half } = change;
  if (value === null || half === null || half === undefined || Math.abs(value) <= half) return "luck";
  const side = value * figure.better;
  return side > 0 ? "good" : side < 0 ? "bad" : "plain";
}

/** Whether a file is a result of `roost simulate --json`. */
export function isReport(found: unknown): found is SimulationReport {
  const report = found as SimulationReport;
  return (
    typeof report === "object" &&
    report !== null &&
    typeof report.scenario === "string" &&
    Array.isArray(report.seeds) &&
    Array.isArray(report.figures) &&
    report.figures.length > 0 &&
    Array.isArray(report.variants) &&
    report.variants.length > 0 &&
    report.variants.every(
      (one) =>
        typeof one.name === "string" &&
        Array.isArray(one.promises) &&
        Array.isArray(one.rows) &&
        one.rows.every((row) => typeof row.at === "string" && typeof row.figures === "object"),
    )
  );
}
