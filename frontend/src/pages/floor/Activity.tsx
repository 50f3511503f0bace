import { Link } from "@tanstack/react-router";
import { useReducer } from "react";
import { useTranslation } from "react-i18next";

import type { FeedEvent } from "@/api/schema.gen";
import { useEvents } from "@/feed/hooks";
import { Empty } from "@/parts/Empty";
import { useAgentName } from "@/parts/names";
import { Panel } from "@/parts/Panel";
import { queueName } from "@/parts/queueName";
import { clock, timeOfDay } from "@/words/format";

import classes from "./Floor.module.css";
import { useInScope } from "./scope";
import type { FloorSearch } from "./search";

const KEPT = 60;

/** Events that a supervisor wants to read, with the words that say them. */
const TOLD = new Set([
  "calls.CallArrived",
  "queues.ContactQueued",
  "routing.Assigned",
  "agents.OfferTaken",
  "agents.OfferEnded",
  "calls.ContactEnded",
]);

type Body = Record<string, unknown>;

/** What has just happened, the newest first, and why. */
export function Activity({ search }: { search: FloorSearch }) {
  const { t } = useTranslation("floor");
  const [events, add] = useReducer(
    (before: FeedEvent[], one: FeedEvent) =>
      TOLD.has(one.type) ? [one, ...before].slice(0, KEPT) : before,
    [],
  );
  useEvents("contacts", add);
  useEvents("queues", add);
  useEvents("agents", add);
  useEvents("routing", add);
  const inScope = useInScope(search);
  const scoped = search.client !== undefined || search.team !== undefined;
  const shown = events.filter((one) => (one.client === null ? !scoped : inScope(one.client)));
  return (
    <Panel title={t("activity")} scrolls className={classes.grow ?? ""}>
      {shown.length === 0 ? (
        <Empty title={t("quiet")}>{t("quietMeans")}</Empty>
      ) : (
        <ol className={classes.activity}>
          {shown.map((one) => (
            <Line key={one.cursor} event={one} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Line({ event }: { event: FeedEvent }) {
  const { t } = useTranslation("floor");
  const name = useAgentName();
  const told = event.body as Body;
  const why = useWhy(event);
  const values = {
    number: String(told.number ?? ""),
    queue: queueName(told.queue as string | undefined),
    agent: name(told.agent as string | undefined),
    waited: clock(told.waited_us as number | undefined),
  };
  return (
    <li>
      <time>{timeOfDay(event.at, true)}</time>
      <span>
        {event.contact && (
          <>
            <Link to="/contacts" search={{ open: event.contact }}>
              {event.contact}
            </Link>{" "}
          </>
        )}
        {t(`event.${event.type.split(".")[1]}`, values)}
        {why && <span className={classes.why}> · {why}</span>}
      </span>
    </li>
  );
}

/** The reason that was kept with it. */
function useWhy(event: FeedEvent): string {
  const { t } = useTranslation("floor");
  const name = useAgentName();
  const told = event.body as Body;
  if (event.type === "routing.Assigned") {
    const candidates = (told.candidates ?? []) as { agent: string; idle_us: number }[];
    const first = candidates[0];
    const policy = String(told.policy ?? "").split("/")[0] ?? "";
    if (policy === "direct") return t("whyDirect");
    if (policy === "held") return t("whyHeld");
    if (policy !== "longest_idle")
      return t("whyPolicy", { policy, count: Number(told.eligible ?? candidates.length) });
    return first === undefined
      ? ""
      : t("whyAssigned", {
          agent: name(first.agent),
          idle: clock(first.idle_us),
          count: Number(told.eligible ?? candidates.length),
        });
  }
  if (event.type === "calls.ContactEnded") {
    return t("ends:endedBy", {
      blame: t(`ends:blame.${String(told.blame)}`),
      reason: t(`ends:reason.${String(told.reason)}`),
    });
  }
  return "";
}
