/** The dictionary of measures, and figures as its units say. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { MeasureRow } from "@/api/schema.gen";
import { clock, number, percent } from "@/words/format";

const measuresQuery = queryOptions({
  queryKey: ["measures"],
  staleTime: Infinity,
  queryFn: () => body(api.GET("/api/measures")),
});

export interface Words {
  name: string;
  says: string;
  version: number;
}

/** A measure's words in the person's language, by its id. */
export function useMeasures(): (id: string) => Words {
  const { i18n } = useTranslation("shell");
  const all = useQuery(measuresQuery).data;
  const zh = i18n.language === "zh";
  return useMemo(() => {
    const known = new Map<string, MeasureRow>(all?.map((one) => [one.id, one]));
    return (id) => {
      const one = known.get(id);
      if (one === undefined) return { name: id, says: "", version: 1 };
      return zh
        ? { name: one.name_zh, says: one.says_zh, version: one.version }
        : { name: one.name_en, says: one.says_en, version: one.version };
    };
  }, [all, zh]);
}

export function figure(unit: string, value: number | null | undefined): string {
  if (unit === "us") return clock(value);
  if (unit === "per_cent") return percent(value, 1);
  return number(value);
}
