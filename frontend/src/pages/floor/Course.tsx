import { useMediaQuery } from "@mantine/hooks";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { Panel } from "@/parts/Panel";
import { useCurve } from "@/parts/today";

import classes from "./Floor.module.css";
import type { FloorSearch } from "./search";

const DayCurve = lazy(() => import("@/pages/wallboard/DayCurve"));
const ROOM = "(min-width: 1000px) and (min-height: 860px)";

/** The day's curve against what is usual on such a day, where there's room for it. */
export function Course({ search }: { search: FloorSearch }) {
  const { t } = useTranslation("wallboard");
  const room = useMediaQuery(ROOM);
  const curve = useCurve(search.client);
  // what comes in isn't a team's: only their clients' would be
  if (!room || curve === undefined || (search.team && !search.client)) return null;
  return (
    <Panel
      title={t("curve")}
      side={
        curve.weeks > 0 && <span className={classes.sub}>{t("usual", { count: curve.weeks })}</span>
      }
      className={classes.course ?? ""}
    >
      <Suspense>
        <DayCurve curve={curve} />
      </Suspense>
    </Panel>
  );
}
