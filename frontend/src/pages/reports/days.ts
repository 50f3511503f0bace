/** Days as text. */

/** The day after one: 2026-11-25 → 2026-11-26. */
export function nextDay(text: string): string {
  const day = new Date(`${text}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}
