import { Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { AlertRow } from "@/api/schema.gen";
import { useMay } from "@/api/session";
import { useArrived, useRows } from "@/feed/hooks";
import { alertFigure, useAlertWords } from "@/parts/alerts";
import { Clock } from "@/parts/Clock";
import { Empty } from "@/parts/Empty";
import { IconAlertTriangle } from "@/parts/icons";
import { Panel } from "@/parts/Panel";
import { timeOfDay } from "@/words/format";

import classes from "./Alerts.module.css";

/** What is raised, what stands longest first, each with what to do. */
export function RaisedNow({ client }: { client: string | undefined }) {
  const { t } = useTranslation("alerts");
  const mine = useCallback((row: AlertRow) => !client || row.client === client, [client]);
  const rows = useRows("alerts", mine);
  const arrived = useArrived("alerts");
  return (
    <Panel title={t("raisedNow")} side={<Count count={rows.length} />}>
      {!arrived ? (
        <Skeleton height={64} m="md" />
      ) : rows.length === 0 ? (
        <Empty title={t("quiet")}>{t("quietMeans")}</Empty>
      ) : (
        <ul className={classes.raised}>
          {rows
            .toSorted((a, b) => a.raised - b.raised)
            .map((row) => (
              <Raised key={row.alert} row={row} />
            ))}
        </ul>
      )}
    </Panel>
  );
}

function Count({ count }: { count: number }) {
  return count === 0 ? null : <span className={`figure ${classes.count}`}>{count}</span>;
}

function Raised({ row }: { row: AlertRow }) {
  const { t } = useTranslation("alerts");
  const words = useAlertWords();
  const may = useMay();
  return (
    <li>
      <IconAlertTriangle size={18} />
      <div className={classes.about}>
        <b>{words.what(row)}</b>
        <span className={classes.where}>
          {may("floor.read") ? (
            <Link to="/floor" search={row.client === null ? {} : { client: row.client }}>
              {words.where(row)}
            </Link>
          ) : (
            words.where(row)
          )}
          {" · "}
          {t("nowAt")} <span className="figure">{alertFigure(row.measure, row.figure)}</span>
        </span>
        {row.what_to_do !== "" && <p>{row.what_to_do}</p>}
      </div>
      <div className={classes.since}>
        <Clock since={row.raised} />
        <span className={classes.where}>{t("sinceTime", { time: timeOfDay(row.raised) })}</span>
      </div>
    </li>
  );
}
