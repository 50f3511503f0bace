import { useTranslation } from "react-i18next";

import { roughly } from "@/parts/waits";
import { clock } from "@/words/format";

/** A wait that lies ahead, rounded; in words while nobody is there who could answer. */
export function Ahead({ us }: { us: number | null }) {
  const { t } = useTranslation("shell");
  if (us === null) return <span title={t("nobodyThereMeans")}>{t("nobodyThere")}</span>;
  return <span className="figure">{about(us)}</span>;
}

/** The same as text. */
export function about(us: number): string {
  return `≈ ${clock(roughly(us))}`;
}
