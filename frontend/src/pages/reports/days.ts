/** Local days as text, by this browser's calendar. */
import { serverNow } from "@/feed/clock";

export function dayText(daysAgo = 0): string {
  const day = new Date(serverNow() / 1000);
  day.setDate(day.getDate() - daysAgo);
  return textOf(day);
}

export function nextDay(text: string): string {
  const day = new Date(`${text}T12:00:00`);
  day.setDate(day.getDate() + 1);
  return textOf(day);
}

function textOf(day: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
