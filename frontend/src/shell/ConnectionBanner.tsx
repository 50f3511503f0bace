import { useTranslation } from "react-i18next";

import { useLink } from "@/feed/hooks";
import { IconPlugConnectedX } from "@/parts/icons";
import { timeOfDay } from "@/words/format";

import classes from "./Shell.module.css";

/** Says that the figures may be wrong, and since when. The figures grey out by themselves. */
export function ConnectionBanner() {
  const { t } = useTranslation("shell");
  const link = useLink();
  return (
    <div role="status">
      {link.state === "lost" && (
        <div className={classes.banner}>
          <IconPlugConnectedX />
          <span>{t("stale", { time: timeOfDay(link.since, true) })}</span>
        </div>
      )}
    </div>
  );
}
