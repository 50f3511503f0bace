import { Link } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { ContactRow } from "@/api/schema.gen";
import { useMaybeMe } from "@/api/session";
import { serverNow } from "@/feed/clock";
import { useArrived, useRows, useTable } from "@/feed/hooks";
import { Clock } from "@/parts/Clock";
import { Empty } from "@/parts/Empty";
import { useAgentName } from "@/parts/names";
import { Panel } from "@/parts/Panel";
import { queueName } from "@/parts/queueName";
import { Reference } from "@/parts/Reference";

import { waitAlarm } from "./attention";
import { ContactMenu } from "./ContactMenu";
import classes from "./Floor.module.css";
import own from "./ForNow.module.css";
import { isRaised, signed } from "./moves";
import { useInScope } from "./scope";
import type { FloorSearch } from "./search";
import { Why } from "./Why";

const SHOWN = 100;
const ORDER: Partial<Record<ContactRow["state"], number>> = {
  waiting: 0,
  ringing: 1,
  held: 2,
  talking: 2,
  flow: 3,
};

export type Which = "all" | "waiting";

/** What goes on now: who waits comes first, the longest on top. */
interface Props {
  search: FloorSearch;
  which: Which;
  choose: (which: Which) => void;
}

export function ContactsNow({ search, which, choose }: Props) {
  const { t } = useTranslation("floor");
  const name = useAgentName();
  const queues = useTable("queues");
  const operator = useMaybeMe()?.client === null;
  const [asked, ask] = useState<string>();
  const arrived = useArrived("contacts");
  const inScope = useInScope(search);
  const queue = search.queue;
  const going = useCallback(
    (row: ContactRow) =>
      row.state !== "ended" &&
      inScope(row.client) &&
      (!queue || row.queue === queue) &&
      (which === "all" || row.state === "waiting" || row.state === "ringing"),
    [inScope, queue, which],
  );
  const rows = useRows("contacts", going);
  const sorted = useMemo(
    () =>
      rows
        .toSorted((a, b) => (ORDER[a.state] ?? 9) - (ORDER[b.state] ?? 9) || a.since - b.since)
        .slice(0, SHOWN),
    [rows],
  );
  const filter = (
    <div className={classes.filter} role="group" aria-label={t("show")}>
      {(["all", "waiting"] as const).map((one) => (
        <button key={one} type="button" aria-pressed={which === one} onClick={() => choose(one)}>
          {t(`which.${one}`)}
        </button>
      ))}
    </div>
  );
  return (
    <Panel title={t("contactsNow")} side={filter} scrolls className={classes.grow ?? ""}>
      {arrived && rows.length === 0 ? (
        <Empty title={t("noContacts")}>{t("noContactsMend")}</Empty>
      ) : (
        <table className={classes.nowTable}>
          <thead>
            <tr>
              <th scope="col">{t("contact")}</th>
              <th scope="col">{t("state")}</th>
              <th scope="col" data-later>{t("queue")}</th>
              <th scope="col" data-later>{t("agent")}</th>
              <th scope="col" className={classes.number}>{t("since")}</th>
              {operator && <th scope="col" className={own.menu} aria-label={t("actions")} />}
            </tr>
          </thead>
          <tbody>
            {sorted.map((row) => (
              <tr key={row.ref}>
                <td>
                  <Link to="/contacts" search={{ open: row.ref }}>
                    <Reference of={row.ref} />
                  </Link>
                </td>
                <td>
                  {t(`contactState.${row.state}`)}
                  {isRaised(row) && (
                    <span className={own.raisedBy} title={t("isRaised")}>
                      {signed(row.raised ?? 0)}
                    </span>
                  )}
                  <div className={classes.narrow}>
                    {[queueName(row.queue), name(row.agent)].filter(Boolean).join(" · ")}
                  </div>
                </td>
                <td data-later>{queueName(row.queue)}</td>
                <td data-later>{name(row.agent)}</td>
                <td className={classes.number}>
                  <span className={classes.alarm} data-alarm={lateness(row, queues)}>
                    <Clock since={row.since} />
                  </span>
                </td>
                {operator && (
                  <td className={own.menu}>
                    <ContactMenu row={row} why={ask} />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {asked !== undefined && <Why reference={asked} close={() => ask(undefined)} />}
    </Panel>
  );
}

function lateness(row: ContactRow, queues: ReadonlyMap<string, { target_us: number }>) {
  const target = queues.get(row.queue ?? "")?.target_us;
  if (row.state !== "waiting" || target === undefined) return undefined;
  return waitAlarm(serverNow() - row.since, target);
}
