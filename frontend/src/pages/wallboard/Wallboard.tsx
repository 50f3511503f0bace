import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";

import type { QueueRow } from "@/api/schema.gen";
import { sessionQuery } from "@/api/session";
import { serverNow, useSecond } from "@/feed/clock";
import { useLink, useTable } from "@/feed/hooks";
import { waitAlarm } from "@/pages/floor/attention";
import { Clock } from "@/parts/Clock";
import type { Alarm } from "@/parts/Figure";
import { IconAlertTriangle, IconPlugConnectedX } from "@/parts/icons";
import { queueName } from "@/parts/queueName";
import { useCurve } from "@/parts/today";
import { longestAhead, roughly } from "@/parts/waits";
import { PageTitle } from "@/shell/Shell";
import { clock, day, hourNow, number, percent, timeOfDay } from "@/words/format";

import { Television } from "./Television";
import classes from "./Wallboard.module.css";

const DayCurve = lazy(() => import("./DayCurve"));

const EVENING = 21;
const MORNING = 6;

/** What a room sees on its television: seven figures, a quiet clock, no controls. Without a login
 * it's a television that shows a code first. */
export function Wallboard() {
  const { client } = useSearch({ from: "/wallboard" });
  const { data: me, isPending } = useQuery(sessionQuery);
  if (isPending) return null;
  if (me) return <Board name={client} client={client} />;
  return <Television>{(name) => <Board name={name} client={undefined} />}</Television>;
}

interface BoardProps {
  name: string | undefined;
  client: string | undefined;
}

function Board({ name, client }: BoardProps) {
  const { t } = useTranslation("wallboard");
  const { night } = useSearch({ from: "/wallboard" });
  useSecond();
  useAwake();
  const hour = hourNow();
  const dim = night ?? (hour >= EVENING || hour < MORNING);
  return (
    <div
      className={classes.board}
      data-night={dim || undefined}
      // at night the dark colours, whatever was chosen
      {...(dim ? { "data-mantine-color-scheme": "dark" } : {})}
    >
      <PageTitle title={t("title")} />
      <header className={classes.head}>
        <img src="/roost.svg" alt="" />
        <span className={classes.name}>{name ?? t("all")}</span>
        <span className={classes.time}>
          {day(serverNow())} <b>{timeOfDay(serverNow())}</b>
        </span>
      </header>
      <Figures client={client} />
      <Day client={client} />
      <Lost />
    </div>
  );
}

function Day({ client }: { client: string | undefined }) {
  const { t } = useTranslation("wallboard");
  const curve = useCurve(client);
  if (curve === undefined) return null;
  return (
    <section className={classes.curve} aria-label={t("curve")}>
      <h2>
        {t("curve")}
        {curve.weeks > 0 && <span>{t("usual", { count: curve.weeks })}</span>}
      </h2>
      <div>
        <Suspense>
          <DayCurve curve={curve} far />
        </Suspense>
      </div>
    </section>
  );
}

function Figures({ client }: { client: string | undefined }) {
  const { t } = useTranslation("wallboard");
  const totals = useTable("totals");
  const queues = useTable("queues");
  const row = totals.get(client ?? "all") ?? [...totals.values()][0];
  const waiting = row !== undefined && row.waiting > 0;
  const shown = [...queues.values()].filter((one) => client === undefined || one.client === client);
  const oldest = waiting ? shown.find((one) => one.longest_since === row.longest_since) : undefined;
  const waited = waiting && row.longest_since !== null ? serverNow() - row.longest_since : 0;
  const alarm = waiting && oldest ? waitAlarm(waited, oldest.target_us) : undefined;
  const agents = row?.agents ?? null;
  const there = agents === null ? 0 : total(agents) - (agents.signed_out ?? 0);
  return (
    <div className={classes.figures} aria-busy={row === undefined}>
      <One label={t("waiting")} alarm={alarm} note={t("inProgress", { count: row?.in_progress ?? 0 })}>
        {number(row?.waiting)}
      </One>
      <One label={t("longest")} alarm={alarm} note={waiting ? queueName(oldest?.queue) : t("nobody")}>
        <Clock since={waiting ? row.longest_since : null} />
      </One>
      <Ahead queues={shown} />
      {agents === null ? (
        <One label={t("progress")} note={t("now")}>
          {number(row?.in_progress)}
        </One>
      ) : (
        <One label={t("ready")} note={t("ofSignedIn", { count: there })}>
          {number(agents.ready ?? 0)}
        </One>
      )}
      <One label={t("serviceLevel")} note={t("today")}>
        {percent(row?.service_level)}
      </One>
      <One label={t("answered")} note={t("ofOffered", { shown: number(row?.offered ?? 0) })}>
        {number(row?.answered)}
      </One>
      <One label={t("abandoned")} note={t("today")}>
        {number(row?.abandoned)}
      </One>
    </div>
  );
}

/** Where whoever calls now waits longest. */
function Ahead({ queues }: { queues: QueueRow[] }) {
  const { t } = useTranslation("wallboard");
  const found = longestAhead(queues);
  const unserved = found !== undefined && found.wait_us === null;
  const queue = queueName(found?.queue);
  return (
    <One
      label={t("ahead")}
      alarm={unserved ? "now" : undefined}
      why={t("nobodyThere")}
      note={unserved ? queue : found ? t("aheadOf", { queue }) : t("nobodyThere")}
    >
      {clock(found?.wait_us == null ? null : roughly(found.wait_us))}
    </One>
  );
}

interface OneProps {
  label: string;
  note: string;
  alarm?: Alarm | undefined;
  /** What the alarm means; by default that a wait is over its target. */
  why?: string;
  children: ReactNode;
}

function One({ label, note, alarm, why, children }: OneProps) {
  const { t } = useTranslation("wallboard");
  return (
    <section className={classes.figure} data-alarm={alarm} aria-label={label}>
      <h2>
        {label}
        {alarm && (
          <span className={classes.alarm}>
            <IconAlertTriangle size={28} /> {why ?? t(`late.${alarm}`)}
          </span>
        )}
      </h2>
      <div className={`figure ${classes.digits}`}>{children}</div>
      <p>{note}</p>
    </section>
  );
}

/** In a corner: that the figures may be wrong, and since when. */
function Lost() {
  const { t } = useTranslation("wallboard");
  const link = useLink();
  return (
    <div className={classes.corner} role="status">
      {link.state === "lost" && (
        <span>
          <IconPlugConnectedX /> {t("lost", { time: timeOfDay(link.since, true) })}
        </span>
      )}
    </div>
  );
}

/** A television doesn't go to sleep while it shows the board, where its browser lets us. */
function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    const ask = () => {
      if (document.hidden || !("wakeLock" in navigator)) return;
      navigator.wakeLock.request("screen").then(
        (given) => (lock = given),
        () => undefined, // not permitted: the board works without
      );
    };
    ask();
    document.addEventListener("visibilitychange", ask);
    return () => {
      document.removeEventListener("visibilitychange", ask);
      void lock?.release();
    };
  }, []);
}

function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}
