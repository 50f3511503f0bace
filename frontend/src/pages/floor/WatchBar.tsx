import { Button, SegmentedControl } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { WatchMode } from "@/api/schema.gen";
import { useRow } from "@/feed/hooks";
import { Clock } from "@/parts/Clock";
import { IconEar } from "@/parts/icons";
import { useAgentName } from "@/parts/names";
import { useCommand } from "@/parts/useCommand";

import classes from "./Floor.module.css";

const MODES: WatchMode[] = ["listen", "whisper", "barge"];

/** While I listen to somebody: how I'm heard, taking over, and the way out. */
export function WatchBar({ agent }: { agent: string }) {
  const { t } = useTranslation("floor");
  const watch = useRow("desk", agent)?.watch;
  const name = useAgentName();
  const header = (key: string) => ({ params: { header: { "Idempotency-Key": key } } });
  const mode = useCommand((key, value: WatchMode) =>
    body(api.POST("/api/watch/mode", { ...header(key), body: { mode: value } })),
  );
  const takeOver = useCommand((key) => body(api.POST("/api/watch/take-over", header(key))));
  const stop = useCommand((key) => body(api.DELETE("/api/watch", header(key))));
  if (!watch) return null;
  return (
    <section className={classes.watch} aria-label={t("watching", { name: name(watch.of) })}>
      <IconEar />
      <span>
        {t("watching", { name: name(watch.of) })}
        {watch.contact && (
          <>
            {" · "}
            <Link to="/contacts" search={{ open: watch.contact }}>
              {watch.contact}
            </Link>
          </>
        )}
      </span>
      <Clock since={watch.since} />
      <SegmentedControl
        size="xs"
        aria-label={t("howHeard")}
        value={watch.mode}
        onChange={(value) => mode.mutate(value as WatchMode)}
        data={MODES.map((one) => ({ value: one, label: t(`watch.${one}`) }))}
      />
      <span className={classes.spacer} />
      <Button size="compact-sm" variant="default" onClick={() => takeOver.mutate()}>
        {t("takeOver")}
      </Button>
      <Button size="compact-sm" onClick={() => stop.mutate()}>
        {t("stopWatching")}
      </Button>
    </section>
  );
}
