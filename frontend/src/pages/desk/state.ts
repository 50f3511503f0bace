/** States as the desk names and colours them. */
import i18next from "i18next";

import type { AgentRow } from "@/api/schema.gen";
import { say } from "@/words/i18n";

export type Tone = "good" | "busy" | "you" | "soon" | "now" | "idle";

const TONES: Record<AgentRow["presence"], Tone> = {
  signed_out: "idle",
  away: "idle",
  ready: "good",
  working: "busy",
  offered: "you",
  talking: "busy",
  wrapping: "busy",
};

/** Reasons that the centre gives by itself: they ask for something. */
const MISSED = new Set(["no_answer", "declined", "unreachable"]);

/** Away asks for nothing; over its limit, or after a missed ring, it does. */
export function toneOf(agent: AgentRow, nowUs: number): Tone {
  if (missed(agent)) return "now";
  const { presence, since, limit_us: limit } = agent;
  const over = presence === "away" && limit && since !== null && nowUs - since > limit;
  return over ? "soon" : TONES[presence];
}

export function missed(agent: AgentRow): boolean {
  return agent.presence === "away" && MISSED.has(agent.reason);
}

/** A reason in words: those that the centre gives by itself have words, others are shown as they're
 * named in its definitions. */
export function reasonWords(reason: string): string {
  const known = i18next.exists(`shell:reason.${reason}`);
  const words = known ? say(`shell:reason.${reason}`) : reason.replaceAll(/[-_]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A state in words. */
export function presenceWords(presence: AgentRow["presence"]): string {
  return say(`shell:presence.${presence}`);
}

/** How long is too long. */
export function waitTone(waitedUs: number, targetUs: number | null | undefined): Tone {
  if (!targetUs) return "idle";
  if (waitedUs > targetUs) return "now";
  return waitedUs > targetUs * 0.75 ? "soon" : "good";
}
