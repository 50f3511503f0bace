import { useTranslation } from "react-i18next";

import type { AgentRow } from "@/api/schema.gen";
import { IconArrowsExchange } from "@/parts/icons";
import { midnight, moment, timeOfDay } from "@/words/format";

import classes from "./Rail.module.css";

/** What a supervisor has changed about me for now. */
export function ForNow({ row }: { row: AgentRow }) {
  const { t } = useTranslation("desk");
  return (
    <div role="status">
      {row.moves.map((move) => {
        const parts = [
          ...Object.entries(move.gives).map(([skill, level]) => t("movedGets", { skill, level })),
          ...move.takes.map((skill) => t("movedLoses", { skill })),
          ...(move.team === null ? [] : [t("movedTeam", { team: move.team })]),
        ];
        const today = move.until < midnight(-1);
        const time = today ? timeOfDay(move.until) : moment(move.until);
        return (
          <p key={move.move} className={classes.moved}>
            <IconArrowsExchange size={16} />
            <span>
              {parts.join(t("movedAnd"))} <small>{t("movedUntil", { time })}</small>
            </span>
          </p>
        );
      })}
    </div>
  );
}
