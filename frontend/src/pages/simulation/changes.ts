/** A change as somebody makes it on the page, and as it's asked for. */
import { useTranslation } from "react-i18next";

export const KINDS = ["agents", "load", "other"] as const;
export type Kind = (typeof KINDS)[number];

export interface Change {
  kind: Kind;
  /** People more or fewer, or calls in a hundred of the usual ones. */
  amount: number;
  /** KEY.KEY=VALUE, or FILE:KEY.KEY=VALUE; several joined by "; ". */
  text: string;
}

export function changeOf(text: string): Change {
  const agents = /^agents=([+-]\d+)$/.exec(text);
  if (agents) return { kind: "agents", amount: Number(agents[1]), text: "" };
  const load = /^load=(\d+)%?$/.exec(text);
  if (load) return { kind: "load", amount: Number(load[1]), text: "" };
  return { kind: "other", amount: 0, text };
}

/** Nothing where it changes nothing. */
export function textOf({ kind, amount, text }: Change): string {
  if (kind === "agents") return amount === 0 ? "" : `agents=${amount > 0 ? "+" : ""}${amount}`;
  if (kind === "load") return amount === 100 ? "" : `load=${amount}`;
  return text.trim();
}

/** Without the files that it changes: queues.outage.ring=60s. */
function short(text: string): string {
  return text.replace(/[^ ;]*\.yaml:/g, "");
}

/** What a variant is called; the first is as things are. */
export function useVariantName(): (name: string, place: number) => string {
  const { t } = useTranslation("simulation");
  return (name, place) => {
    if (place === 0) return t("asItIs");
    const { kind, amount } = changeOf(name);
    if (kind === "agents") {
      const count = Math.abs(amount);
      return amount > 0 ? t("peopleMore", { count }) : t("peopleFewer", { count });
    }
    if (kind === "load") {
      return amount >= 100
        ? t("callsMore", { percent: amount - 100 })
        : t("callsFewer", { percent: 100 - amount });
    }
    return short(name);
  };
}
