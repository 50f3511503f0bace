import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { ModeRow, ModeShown } from "@/api/schema.gen";
import { useMay } from "@/api/session";
import { serverNow, useSecond } from "@/feed/clock";
import { useTable } from "@/feed/hooks";
import { IconAlertOctagon, IconBolt, IconClockPause } from "@/parts/icons";
import { queueName } from "@/parts/queueName";
import { tellDone } from "@/parts/tell";
import { useCommand } from "@/parts/useCommand";
import { clock, timeOfDay } from "@/words/format";

import classes from "./Modes.module.css";

const MINUTE = 60_000_000;
const LONGER = 30 * MINUTE;
const ICONS = { surge: IconBolt, closed: IconClockPause, emergency: IconAlertOctagon };

/** What is declared about the callers of those whom one sees: everybody at work knows it. */
export default function Modes() {
  const { t } = useTranslation("modes");
  const rows = [...useTable("modes").values()].toSorted((a, b) => a.begins - b.begins);
  const known = useQuery({
    queryKey: ["modes", rows.map((row) => row.mode).join()],
    enabled: rows.length > 0,
    queryFn: (): Promise<ModeShown[]> => body(api.GET("/api/modes")),
  }).data;
  return (
    <div role="status" aria-label={t("declared")} className={classes.modes}>
      {rows.map((row) => (
        <Declared
          key={row.mode}
          row={row}
          shown={known?.find((one) => one.row.mode === row.mode)}
        />
      ))}
    </div>
  );
}

function Declared({ row, shown }: { row: ModeRow; shown: ModeShown | undefined }) {
  const { t } = useTranslation("modes");
  const may = useMay();
  const Icon = ICONS[row.kind];
  const who = shown?.by ? t("by", { name: shown.by }) : "";
  const said = [shown?.words, row.announcement && t("heard", { name: row.announcement }), who];
  const words = said.filter(Boolean).join(" · ");
  return (
    <div className={classes.mode} data-kind={row.kind}>
      <Icon size={16} />
      <span className={classes.kind}>{t(`kind.${row.kind}`)}</span>
      <span className={classes.whom}>{useWhom(row)}</span>
      <Left row={row} />
      <span className={classes.words} title={words}>
        {words}
      </span>
      {may("floor.command") && <Acts row={row} />}
    </div>
  );
}

/** Whom it affects. */
function useWhom(row: ModeRow): string {
  const { t } = useTranslation("modes");
  const parts = [row.client];
  if (row.queues.length > 0) parts.push(row.queues.map(queueName).join(", "));
  if (row.lists.length > 0) parts.push(t("onList", { names: row.lists.join(", ") }));
  if (row.variable) parts.push(`${row.variable}: ${row.value}`);
  if (row.to) parts.push(`→ ${queueName(row.to)}`);
  return parts.join(" · ");
}

function Left({ row }: { row: ModeRow }) {
  const { t } = useTranslation("modes");
  useSecond();
  const now = serverNow();
  const text = row.began
    ? t("until", { time: timeOfDay(row.ends), left: clock(Math.max(0, row.ends - now)) })
    : t("from", { time: timeOfDay(row.begins), until: timeOfDay(row.ends) });
  return <span className={`figure ${classes.left}`}>{text}</span>;
}

function Acts({ row }: { row: ModeRow }) {
  const { t } = useTranslation("modes");
  useSecond();
  const fresh = serverNow() - row.declared < MINUTE;
  const path = { mode: row.mode };
  const extend = useCommand((key) =>
    body(
      api.POST("/api/modes/{mode}/extend", {
        params: { path, header: { "Idempotency-Key": key } },
        body: { ends: row.ends + LONGER },
      }),
    ),
  );
  const end = useCommand(
    (key, withdrawn: boolean) =>
      body(
        api.POST("/api/modes/{mode}/end", {
          params: { path, header: { "Idempotency-Key": key } },
          body: { withdrawn },
        }),
      ),
    { done: () => tellDone(t("over")) },
  );
  return (
    <div className={classes.acts}>
      <Button size="compact-xs" variant="default" loading={extend.isPending} onClick={() => extend.mutate()}>
        {t("extend")}
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        loading={end.isPending}
        onClick={() => end.mutate(fresh)}
      >
        {fresh ? t("withdraw") : t("end")}
      </Button>
    </div>
  );
}
