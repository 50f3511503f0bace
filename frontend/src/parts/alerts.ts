/** Alerts in words: what is wrong, and where. */
import { useTranslation } from "react-i18next";

import { queueName } from "@/parts/queueName";
import { clock, number, percent } from "@/words/format";

/** What a rule, a raised alert and one that's over have in common. */
export interface AboutAlert {
  client: string | null;
  queue: string | null;
  team: string;
  measure: string;
  above: boolean;
  threshold: number;
}

const SECOND = 1e6;

/** A figure in its measure's unit. */
export function alertFigure(measure: string, value: number | null): string {
  if (measure === "longest_wait") return clock(value === null ? null : value * SECOND);
  if (measure === "service_level") return percent(value);
  return number(value);
}

export interface AlertWords {
  /** "Longest wait over 2:00". */
  what: (alert: AboutAlert) => string;
  /** Whose it is: "outage · power-grid". */
  where: (alert: AboutAlert) => string;
}

export function useAlertWords(): AlertWords {
  const { t } = useTranslation("alerts");
  return {
    what: ({ measure, above, threshold }) =>
      t(`rule.${measure}.${above ? "above" : "below"}`, {
        limit: alertFigure(measure, threshold),
      }),
    where: ({ client, queue, team }) => {
      if (team !== "") return t("ofTeam", { team });
      if (client === null) return t("ofCentre");
      return queue === null ? client : `${queueName(queue)} · ${client}`;
    },
  };
}
