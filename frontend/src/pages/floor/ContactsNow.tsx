import { Link } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import type { ContactRow } from "@/api/schema.gen";
import { useMaybeMe } from "@/api/session";
import { serverNow, useSecond } from "@/feed/clock";
import { useArrived, useRows, useTable } from "@/feed/hooks";
import { about } from "@/parts/Ahead";
import { Clock } from "@/parts/Clock";
import { Empty } from "@/parts/Empty";
import { IconPhoneOutgoing } from "@/parts/icons";
import { useAgentName } from "@/parts/names";
import { Panel } from "@/parts/Panel";
import { queueName } from "@/parts/queueName";
import { Reference } from "@/parts/Reference";
import { type Place, placesOf } from "@/parts/waits";
import { number, timeOfDay } from "@/words/format";

import { waitAlarm } from "./attention";
import { ContactMenu } from "./ContactMenu";
import classes from "./Floor.module.css";
import own from "./ForNow.module.css";
import { isRaised, signed } from "./moves";
import { useInScope } from "./scope";
import type { FloorSearch } from "./search";
import marks from "./Waits.module.css";
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
        .toSorted((a, b) => (ORDER[a.state] ?? 9) - (ORDER[b.state] ?? 9) || began(a) - began(b))
        .slice(0, SHOWN),
    [rows],
  );
  const places = usePlaces();
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
              <th scope="col" className={marks.place} title={t("placeMeans")} data-later>
                {t("place")}
              </th>
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
                  {row.callback && <Callback />}
                  {t(`contactState.${row.state}`)}
                  {isRaised(row) && (
                    <span className={own.raisedBy} title={t("isRaised")}>
                      {signed(row.raised ?? 0)}
                    </span>
                  )}
                  <div className={classes.narrow}>
                    {[queueName(row.queue), name(row.agent)].filter(Boolean).join(" · ")}
                    <div><PlaceOf row={row} place={places.get(row.ref)} /></div>
                  </div>
                </td>
                <td className="figure" data-later>
                  <PlaceOf row={row} place={places.get(row.ref)} />
                </td>
                <td data-later>{queueName(row.queue)}</td>
                <td data-later>{name(row.agent)}</td>
                <td className={classes.number}>
                  <span className={classes.alarm} data-alarm={lateness(row, queues)}>
                    <Clock since={began(row)} />
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

/** The places of all who wait, as they are this second. */
function usePlaces(): Map<string, Place> {
  const contacts = useTable("contacts");
  const queues = useTable("queues");
  const second = useSecond();
  return useMemo(() => placesOf(contacts.values(), queues, second * 1e6), [contacts, queues, second]);
}

/** Its place and the wait that's left; or for whom it waits, or when a promised call is due. */
function PlaceOf({ row, place }: { row: ContactRow; place: Place | undefined }) {
  const { t } = useTranslation("floor");
  const name = useAgentName();
  if (row.state !== "waiting") return null;
  if (row.only != null) return t("onlyFor", { name: name(row.only) });
  if (row.not_before != null) return t("dueAt", { time: timeOfDay(row.not_before) });
  if (place === undefined) return null;
  const wait = place.wait === null ? t("shell:nobodyThere") : about(place.wait);
  return t("placeIs", { position: number(place.position), wait });
}

function Callback() {
  const { t } = useTranslation("shell");
  return (
    <span className={marks.callback} title={t("callbackInTurn")}>
      <IconPhoneOutgoing size={14} role="img" aria-label={t("callbackInTurn")} aria-hidden={undefined} />
    </span>
  );
}

/** Since when it is what it is; who waits, since when their waiting counts. */
function began(row: ContactRow): number {
  return row.waits_since ?? row.since;
}

function lateness(row: ContactRow, queues: ReadonlyMap<string, { target_us: number }>) {
  const target = queues.get(row.queue ?? "")?.target_us;
  if (row.state !== "waiting" || target === undefined || row.callback) return undefined;
  return waitAlarm(serverNow() - began(row), target);
}
