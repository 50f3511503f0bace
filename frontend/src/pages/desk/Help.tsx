import { ActionIcon, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { DeskRow } from "@/api/schema.gen";
import { serverNow } from "@/feed/clock";
import { useOptimistic } from "@/feed/hooks";
import { Clock } from "@/parts/Clock";
import { IconHandStop, IconMessage, IconX } from "@/parts/icons";
import { Keys } from "@/parts/Keys";
import { ariaKeys, useAction } from "@/shell/actions";
import { timeOfDay } from "@/words/format";

import { useDo } from "./commands";
import classes from "./Help.module.css";
import { may } from "./useDesk";

/** A raised hand: supervisors see it until it's down again. */
export function RaiseHand({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  const since = row.agent.hand ?? null;
  const [raised, hope, pending] = useOptimistic(since !== null);
  const raise = useDo("/api/desk/raise-hand", { refused: () => hope(undefined) });
  const fits = may(row, "raise-hand");
  const run = () => {
    hope(!raised);
    raise.mutate({ raised: !raised });
  };
  const label = raised ? t("handDown") : t("handUp");
  useAction({ label, group: t("groupState"), keys: "alt+y", run, enabled: fits });
  if (!fits) return null;
  return (
    <div className={classes.hand}>
      <Button
        fullWidth
        styles={{ label: { flex: 1, textAlign: "start" } }}
        variant={raised ? "light" : "subtle"}
        leftSection={<IconHandStop size={16} />}
        rightSection={raised && since !== null ? <Clock since={since} /> : <Keys keys="alt+y" />}
        aria-pressed={raised}
        aria-keyshortcuts={ariaKeys("alt+y")}
        data-pending={pending || undefined}
        onClick={run}
      >
        {raised ? t("handRaised") : t("handUp")}
      </Button>
    </div>
  );
}

const SHOWN_US = 30 * 60 * 1_000_000;

/** What a supervisor has just told my team or me; it stays until it's put away. */
export function Told({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  const [away, putAway] = useState(0);
  const told = row.told ?? 0;
  const found = useQuery({
    queryKey: ["desk-told", told],
    queryFn: () => body(api.GET("/api/desk/messages")),
    enabled: told > away && serverNow() - told < SHOWN_US,
    staleTime: Infinity,
  }).data;
  const last = found?.at(-1);
  const shown = last !== undefined && last.at > away ? last : undefined;
  return (
    <div role="status">
      {shown && (
        <div className={classes.told}>
          <IconMessage size={18} />
          <p>
            <strong>{shown.to_me ? t("toldMe", { sender: shown.sender }) : t("toldTeam", { sender: shown.sender })}</strong>
            <time>{timeOfDay(shown.at)}</time>
            <span>{shown.text}</span>
          </p>
          <ActionIcon variant="subtle" aria-label={t("shell:close")} onClick={() => putAway(shown.at)}>
            <IconX size={16} />
          </ActionIcon>
        </div>
      )}
    </div>
  );
}
