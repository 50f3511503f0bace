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

const dates = new Map<string, Intl.DateTimeFormat>();
function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  let found = dates.get(key);
  if (found === undefined) dates.set(key, (found = new Intl.DateTimeFormat(locale(), options)));
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
  const today = new Date(serverNow() / 1000).toDateString();
  return new Date(us / 1000).toDateString() === today ? timeOfDay(us, true) : moment(us);
}

const HUNDREDTHS = 100;

/** Money as the API gives it: minor units with their currency. */
export function money(value: { currency: string; minor: number } | null | undefined): string {
  if (value === null || value === undefined) return EM;
  return numberFormat({ style: "currency", currency: value.currency }).format(
    value.minor / HUNDREDTHS,
  );
}
