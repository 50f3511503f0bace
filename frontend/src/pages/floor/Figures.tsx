import { Skeleton } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useArrived, useTable } from "@/feed/hooks";
import { serverNow, useSecond } from "@/feed/clock";
import { Clock } from "@/parts/Clock";
import { Figure } from "@/parts/Figure";
import { useOpening } from "@/parts/today";
import { queueName } from "@/parts/queueName";
import { number, percent } from "@/words/format";

import { waitAlarm } from "./attention";
import classes from "./Floor.module.css";
import { totalsKey, useInScope } from "./scope";
import type { FloorSearch } from "./search";

const SIX = [0, 1, 2, 3, 4, 5];

/** Six figures: what waits, how long, how well, how much, what was lost, who's there. */
interface Props {
  search: FloorSearch;
  showWaiting: () => void;
  showAll: () => void;
  showReady: () => void;
}

export function Figures({ search, showWaiting, showAll, showReady }: Props) {
  const { t } = useTranslation("floor");
  useSecond();
  const totals = useTable("totals");
  const queues = useTable("queues");
  const arrived = useArrived("totals");
  const opening = useOpening(search.client, search.team);
  const inScope = useInScope(search);
  // a client's people have one row, their own
  const row = totals.get(totalsKey(search)) ?? (totals.size === 1 ? [...totals.values()][0] : undefined);
  if (!arrived || row === undefined) {
    return (
      <div className={classes.figures} aria-busy="true">
        {SIX.map((one) => (
          <Skeleton key={one} height={94} />
        ))}
      </div>
    );
  }
  const oldest =
    row.longest_since === null
      ? undefined
      : [...queues.values()].find(
          (one) => inScope(one.client) && one.longest_since === row.longest_since,
        );
  const waited = row.longest_since === null ? 0 : serverNow() - row.longest_since;
  const alarm = oldest && row.waiting > 0 ? waitAlarm(waited, oldest.target_us) : undefined;
  const agents = row.agents;
  const there = agents === null ? 0 : sum(agents) - (agents.signed_out ?? 0);
  return (
    <div className={classes.figures}>
      <Figure
        label={t("waiting")}
        value={number(row.waiting)}
        note={t("inProgress", { count: row.in_progress })}
        explain={t("waitingMeans")}
        alarm={alarm}
        onOpen={showWaiting}
      />
      <Figure
        label={t("longest")}
        value={<Clock since={row.waiting > 0 ? row.longest_since : null} />}
        note={row.waiting > 0 ? queueName(oldest?.queue) : t("nobodyWaits")}
        explain={t("longestMeans")}
        alarm={alarm}
        onOpen={showWaiting}
      />
      <Figure
        label={t("serviceLevel")}
        value={percent(row.service_level)}
        note={t("today")}
        explain={t("serviceLevelMeans")}
        to={opening("service_level")}
      />
      <Figure
        label={t("answered")}
        value={number(row.answered)}
        note={t("ofOffered", { count: row.offered, shown: number(row.offered) })}
        explain={t("answeredMeans")}
        to={opening("answered")}
      />
      <Figure
        label={t("abandoned")}
        value={number(row.abandoned)}
        note={t("today")}
        explain={t("abandonedMeans")}
        to={opening("abandoned")}
      />
      {agents === null ? (
        <Figure
          label={t("inProgressLabel")}
          value={number(row.in_progress)}
          note={t("now")}
          onOpen={showAll}
        />
      ) : (
        <Figure
          label={t("ready")}
          value={number(agents.ready ?? 0)}
          note={t("ofSignedIn", { count: there })}
          explain={t("readyMeans")}
          alarm={row.waiting > 0 && there === 0 ? "now" : undefined}
          onOpen={showReady}
        />
      )}
    </div>
  );
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}
