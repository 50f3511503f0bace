/** Figures as people read them, by locale. Durations and instants come in microseconds. */
import { serverNow } from "@/feed/clock";
import { locale } from "@/words/i18n";

const EM = "–"; // a figure that has no meaning (yet)

const numbers = new Map<string, Intl.NumberFormat>();
function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale() + JSON.stringify(options);
  let found = numbers.get(key);
  if (found === undefined) numbers.set(key, (found = new Intl.NumberFormat(locale(), options)));
  return found;
}

let zone: string | undefined; // the centre's; until it's known, this browser's

/** Days and times are shown in the centre's zone: everybody sees the same ones. */
export function setZone(name: string): void {
  zone = name;
  dates.clear();
}

/** Midnight of a day of the centre, `daysAgo` before today, in µs since 1970. */
export function midnight(daysAgo = 0): number {
  const today = wall(serverNow());
  const utc = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate() - daysAgo);
  // what the zone's wall shows at that instant tells how far it's off; once more, should the
  // clocks have been changed in between
  const first = utc - (wall(utc * 1000).getTime() - utc);
  return (utc - (wall(first * 1000).getTime() - first)) * 1000;
}

/** A day of the centre as text: 2026-11-25. */
export function dayText(daysAgo = 0): string {
  const day = wall(serverNow());
  day.setUTCDate(day.getUTCDate() - daysAgo);
  return day.toISOString().slice(0, 10);
}

/** What the centre's wall shows at an instant, as if it were UTC. */
function wall(us: number): Date {
  const parts = dateFormat({
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).formatToParts(us / 1000);
  const value = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return new Date(
    Date.UTC(
      value("year"), value("month") - 1, value("day"),
      value("hour"), value("minute"), value("second"),
    ),
  );
}

/** The hour of the day at the centre. */
export function hourNow(): number {
  return wall(serverNow()).getUTCHours();
}

const dates = new Map<string, Intl.DateTimeFormat>();
function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  let found = dates.get(key);
  if (found === undefined) {
    const placed = zone === undefined ? options : { ...options, timeZone: zone };
    dates.set(key, (found = new Intl.DateTimeFormat(locale(), placed)));
  }
  return found;
}

/** 1,234 */
export function number(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined) return EM;
  return numberFormat({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** Of per cents (87.5 → 88 %), as the centre's rows give them. */
export function percent(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined) return EM;
  return numberFormat({
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value / 100);
}

/** A clock: 0:07, 12:34, 1:02:03. */
export function clock(us: number | null | undefined): string {
  if (us === null || us === undefined) return EM;
  const seconds = Math.max(0, Math.floor(us / 1e6));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** A time of day: 14:05, with `seconds` 14:05:09. */
export function timeOfDay(us: number | null | undefined, seconds = false): string {
  if (us === null || us === undefined) return EM;
  return dateFormat({
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(seconds ? { second: "2-digit" } : {}),
  }).format(us / 1000);
}

/** A day: 25 Nov 2026, 2026年11月25日. */
export function day(us: number | null | undefined): string {
  if (us === null || us === undefined) return EM;
  return dateFormat({ year: "numeric", month: "short", day: "numeric" }).format(us / 1000);
}

/** Day and time: 25 Nov, 14:05. */
export function moment(us: number | null | undefined, seconds = false): string {
  if (us === null || us === undefined) return EM;
  return dateFormat({
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(seconds ? { second: "2-digit" } : {}),
  }).format(us / 1000);
}

/** A time of today by itself (14:05:09), of another day with it. */
export function recent(us: number): string {
  return us >= midnight() ? timeOfDay(us, true) : moment(us);
}

const HUNDREDTHS = 100;

/** Money as the API gives it: minor units with their currency; perhaps without them. */
export function money(
  value: { currency: string; minor: number } | null | undefined,
  whole = false,
): string {
  if (value === null || value === undefined) return EM;
  return numberFormat({
    style: "currency",
    currency: value.currency,
    ...(whole ? { maximumFractionDigits: 0 } : {}),
  }).format(value.minor / HUNDREDTHS);
}
