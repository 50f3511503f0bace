/** A simulation's result: finding rows in it, and its figures as people read them. */
import type {
  Estimate,
  ShownFigure,
  SimulatedRow,
  SimulatedVariant,
  SimulationReport,
  WaitError,
} from "@/api/schema.gen";
import { money, number } from "@/words/format";
import { say } from "@/words/i18n";

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

/** How far estimated waits were off: each client's as a whole and by queue, but no sum of one part. */
export function waitsOf(variant: SimulatedVariant, client: string): WaitError[] {
  const waits = variant.waits ?? [];
  const clients = new Set(waits.map((one) => one.client).filter(Boolean));
  const queues = (of: string) => waits.filter((one) => one.client === of && one.queue !== "").length;
  return waits.filter((one) => {
    if (one.client === "") return client === "" && clients.size > 1;
    if (client !== "" && one.client !== client) return false;
    return one.queue !== "" || queues(one.client) > 1;
  });
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

/** In the person's language; of a newer twin's file it may be one without words yet. */
export function figureName(id: string): string {
  return say(`simulation:figure.${id}`, { defaultValue: id.replaceAll("_", " ") });
}

/** 1,204 · 84.2 % · 23.4 s · €1,204.50 */
export function valueText(unit: string, value: number | null | undefined, currency: string): string {
  if (value === null || value === undefined) return NONE;
  if (unit === "money") return sumText(value, currency);
  if (unit === "%") return `${number(tenth(value), 1)} %`;
  if (unit === "s") return `${number(tenth(value), 1)} s`;
  return number(tenth(value), Math.abs(value) >= 1000 || Number.isInteger(value) ? 0 : 1);
}

/** Whole where they're large: nobody reads the cents of thousands. */
function sumText(value: number, currency: string): string {
  const whole = Math.abs(value) >= 1000;
  if (currency === "") return number(value, whole ? 0 : 2);
  return money({ currency, minor: Math.round(value * 100) }, whole);
}

/** So that nothing is shown as -0.0. */
function tenth(value: number): number {
  return Math.round(value * 10) / 10 || 0;
}

/** A difference of shares is one of points. */
export function changeText(unit: string, value: number, currency: string): string {
  const plus = value > 0 ? "+" : "";
  if (unit === "%") return say("simulation:points", { value: plus + number(tenth(value), 1) });
  return plus + valueText(unit, value, currency);
}

/** Half of the width of its interval: ± 1.2; nothing where there was one run, or no doubt. */
export function doubtText(unit: string, found: Estimate | undefined): string {
  if (found?.value === null || !found?.half) return "";
  const large = Math.max(Math.abs(found.value ?? 0), found.half) >= 1000;
  const digits = large ? 0 : unit === "money" ? 2 : 1;
  return `± ${number(found.half, digits)}`;
}

/** What a difference is: better, worse, one that's neither, or perhaps luck. */
export function kindOf(figure: ShownFigure, change: Estimate): "good" | "bad" | "plain" | "luck" {
  const { value, half } = change;
  if (value === null || half === null || half === undefined || Math.abs(value) <= half) return "luck";
  const side = value * figure.better;
  return side > 0 ? "good" : side < 0 ? "bad" : "plain";
}

/** What was played: a scenario, or the time of a day: 2026-03-02, 08:00–20:00. */
export function titleOf(name: string): string {
  const [from = "", to = ""] = name.split("/");
  if (!/^\d{4}-\d{2}-\d{2}T/.test(from)) return name;
  const until = to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to.replace("T", " ");
  return `${from.slice(0, 10)}, ${from.slice(11)}–${until}`;
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
