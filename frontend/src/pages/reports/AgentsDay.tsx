import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { AgentDay, Presence, Spent } from "@/api/schema.gen";
import { serverNow } from "@/feed/clock";
import { Empty } from "@/parts/Empty";
import { Panel } from "@/parts/Panel";
import { usePresenceWords } from "@/parts/Presence";
import { Trouble } from "@/parts/Trouble";
import { clock, timeOfDay } from "@/words/format";

import classes from "./Reports.module.css";

/** Every state of an agent's day from–to, as a band and as rows, and what they sum to. */
export function AgentsDay({ agent, day }: { agent: string | undefined; day: string }) {
  const { t } = useTranslation("reports");
  const found = useQuery({
    queryKey: ["agent-day", agent, day],
    enabled: agent !== undefined,
    refetchInterval: 30_000,
    queryFn: () =>
      body(
        api.GET("/api/reports/agent-day", { params: { query: { agent: agent ?? "", day } } }),
      ),
  });
  if (agent === undefined) {
    return (
      <div className={classes.empty}>
        <Empty title={t("whose")}>{t("whoseMend")}</Empty>
      </div>
    );
  }
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton className={classes.skeleton ?? ""} />;
  if (found.data.spans.length === 0) {
    return (
      <div className={classes.empty}>
        <Empty title={t("notIn")}>{t("notInMend")}</Empty>
      </div>
    );
  }
  return <Day day={found.data} />;
}

function Day({ day }: { day: AgentDay }) {
  const { t } = useTranslation("reports");
  const words = useStateWords();
  return (
    <>
      <div className={classes.sums}>
        {Object.entries(day.states).map(([state, us]) => (
          <div key={state}>
            <span>
              <i data-state={state} aria-hidden="true" />
              {words(state)}
            </span>
            <b className="figure">{clock(us)}</b>
          </div>
        ))}
        {Object.entries(day.away).map(([reason, us]) => (
          <div key={reason}>
            <span>{words("away", reason)}</span>
            <b className="figure">{clock(us)}</b>
          </div>
        ))}
      </div>
      <Band day={day} />
      <Panel title={t("states")} scrolls className={classes.grow ?? ""}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("from")}</th>
              <th scope="col">{t("to")}</th>
              <th scope="col">{t("state")}</th>
              <th scope="col">{t("contact")}</th>
              <th scope="col" className={classes.right}>{t("length")}</th>
            </tr>
          </thead>
          <tbody>
            {day.spans.map((span) => (
              <tr key={span.since}>
                <td>{timeOfDay(span.since, true)}</td>
                <td>{span.until === null ? t("goesOn") : timeOfDay(span.until, true)}</td>
                <td>{words(span.state, span.reason)}</td>
                <td>
                  {span.contact && (
                    <Link to="/contacts" search={{ open: span.contact }}>
                      {span.contact}
                    </Link>
                  )}
                </td>
                <td className={classes.right}>{clock(lengthOf(span))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
    </>
  );
}

/** The day as a band, from the first state to the last. */
function Band({ day }: { day: AgentDay }) {
  const words = useStateWords();
  const first = day.spans[0]?.since ?? day.since;
  const last = day.spans.at(-1)?.until ?? Math.min(serverNow(), day.until);
  const whole = Math.max(1, last - first);
  return (
    <div>
      <div className={classes.band} aria-hidden="true">
        {day.spans.map((span) => (
          <span
            key={span.since}
            data-state={span.state}
            title={`${words(span.state, span.reason)} ${timeOfDay(span.since)}`}
            style={{ width: `${(100 * ((span.until ?? last) - span.since)) / whole}%` }}
          />
        ))}
      </div>
      <div className={classes.ends}>
        <span className="figure">{timeOfDay(first)}</span>
        <span className="figure">{timeOfDay(last)}</span>
      </div>
    </div>
  );
}

function lengthOf(span: Spent): number {
  return (span.until ?? serverNow()) - span.since;
}

function useStateWords(): (state: string, reason?: string) => string {
  const { t } = useTranslation("reports");
  const words = usePresenceWords();
  return (state, reason) =>
    state === "held" ? t("held") : words(state as Presence, reason);
}
