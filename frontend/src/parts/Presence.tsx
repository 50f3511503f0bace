import { useTranslation } from "react-i18next";

import type { Presence as PresenceName } from "@/api/schema.gen";

import classes from "./Presence.module.css";

/** The mark of an agent's state: its shape tells as much as its colour. */
export function PresenceMark({ presence }: { presence: PresenceName }) {
  return <span className={classes.mark} data-presence={presence} aria-hidden="true" />;
}

/** The state's name: `Away · meal`. */
export function usePresenceWords(): (presence: PresenceName, reason?: string) => string {
  const { t, i18n } = useTranslation("shell");
  return (presence, reason) => {
    const word = t(`presence.${presence}`);
    if (presence !== "away" || !reason) return word;
    const known = `shell:reason.${reason}`;
    return `${word} · ${i18n.exists(known) ? t(`reason.${reason}`) : reason}`;
  };
}
