/** Who needs somebody, in which order. Limits of wrap-ups and breaks come with the row; the others
 * are the usual ones. */
import type { AgentRow } from "@/api/schema.gen";
import type { Alarm } from "@/parts/Figure";

const MINUTE = 60e6;
const LONG_TALK = 15 * MINUTE;
const LONG_HOLD = 2 * MINUTE;
const WRAP_UP = MINUTE;

export interface Attention {
  alarm?: Alarm;
  /** The key of the reason's words. */
  why?: string;
  /** Lower comes first. */
  rank: number;
}

const RANK: Record<AgentRow["presence"], number> = {
  offered: 3,
  talking: 4,
  wrapping: 5,
  ready: 6,
  working: 6,
  away: 7,
  signed_out: 9,
};

/** What is unusual about an agent now. */
export function attention(row: AgentRow, nowUs: number): Attention {
  const rank = RANK[row.presence];
  const spent = row.since === null ? 0 : nowUs - row.since;
  if (row.hand) return { alarm: "you", why: "hand", rank: 0 };
  if (row.presence !== "signed_out" && !row.phone) return { alarm: "now", why: "noPhone", rank: 1 };
  if (row.presence === "talking" && row.held && spent > LONG_HOLD)
    return { alarm: "soon", why: "longHold", rank: 1 };
  if (row.presence === "talking" && spent > LONG_TALK)
    return { alarm: "soon", why: "longTalk", rank: 1 };
  if (row.presence === "wrapping" && (row.until ? nowUs > row.until : spent > WRAP_UP))
    return { alarm: "soon", why: "longWrapUp", rank: 1 };
  if (row.presence === "away" && row.limit_us && spent > row.limit_us)
    return { alarm: "soon", why: "longAway", rank: 2 };
  return { rank };
}

/** How a wait stands against its queue's target. */
export function waitAlarm(waitedUs: number, targetUs: number): "soon" | "now" | undefined {
  if (waitedUs > 3 * targetUs) return "now";
  return waitedUs > targetUs ? "soon" : undefined;
}
