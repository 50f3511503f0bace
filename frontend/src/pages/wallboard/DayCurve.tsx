import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { Curve } from "@/api/schema.gen";
import Chart, { axes, type Ink } from "@/parts/Chart";

const LEGIBLE = 20; // across a room

/** The day's contacts by half hours, against what is usual on such a day. */
export default function DayCurve({ curve, far = false }: { curve: Curve; far?: boolean }) {
  const { t } = useTranslation("wallboard");
  const option = useCallback(
    (ink: Ink) => ({
      ...axes(
        ink,
        curve.points.map((one) => one.local.slice(11, 16)),
        ...(far ? ([LEGIBLE, 1] as const) : []),
      ),
      tooltip: { show: false },
      series: [
        {
          type: "line",
          data: curve.points.map((one) => one.usual),
          symbol: "none",
          lineStyle: { width: 2, type: "dashed", color: ink("line-strong") },
        },
        {
          type: "line",
          data: curve.points.map((one) => one.offered),
          symbol: "none",
          lineStyle: { width: 3, color: ink("accent") },
          areaStyle: { color: ink("accent"), opacity: 0.12 },
        },
      ],
    }),
    [curve, far],
  );
  return <Chart option={option} height="100%" label={t("curve")} />;
}
