import { Link } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { AlertRow } from "@/api/schema.gen";
import { useRows } from "@/feed/hooks";
import { useAlertWords } from "@/parts/alerts";
import { Clock } from "@/parts/Clock";
import { IconAlertTriangle } from "@/parts/icons";

import classes from "./Floor.module.css";
import type { FloorSearch } from "./search";

const SHOWN = 2;

/** What is raised in this scope, in the line of the filters: it moves nothing when it comes. */
export function RaisedHere({ search }: { search: FloorSearch }) {
  const { t } = useTranslation("alerts");
  const words = useAlertWords();
  const { client, team } = search;
  const mine = useCallback(
    (row: AlertRow) =>
      (!client || row.client === null || row.client === client) &&
      (!team || row.team === "" || row.team === team),
    [client, team],
  );
  const rows = useRows("alerts", mine).toSorted((a, b) => a.raised - b.raised);
  const more = rows.length - SHOWN;
  return (
    <div className={classes.raised} role="group" aria-label={t("raisedNow")}>
      {rows.slice(0, SHOWN).map((row) => (
        <Link
          key={row.alert}
          to="/alerts"
          search={client ? { client } : {}}
          className={classes.alarm}
          data-alarm="soon"
          title={`${words.where(row)}. ${row.what_to_do}`}
        >
          <IconAlertTriangle size={14} />
          <span className={classes.raisedWhat}>{words.what(row)}</span>
          <Clock since={row.raised} className={classes.raisedFor ?? ""} />
        </Link>
      ))}
      {more > 0 && (
        <Link to="/alerts" className={classes.alarm} data-alarm="soon">
          {t("andMore", { count: more })}
        </Link>
      )}
    </div>
  );
}
