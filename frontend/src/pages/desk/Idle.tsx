import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { DeskRow, QueueRow } from "@/api/schema.gen";
import { useRows } from "@/feed/hooks";
import { Ahead } from "@/parts/Ahead";
import { Clock } from "@/parts/Clock";
import { IconPhoneX } from "@/parts/icons";
import { number, percent, timeOfDay } from "@/words/format";
import { queueName } from "@/parts/queueName";

import classes from "./Idle.module.css";
import { clientStyle } from "./style";
import { Tasks } from "./Tasks";
import { type Clients } from "./useDesk";

/** Nobody is with me: what waits in my clients' queues. */
export function Idle({ row, clients }: { row: DeskRow; clients: Clients }) {
  const { t } = useTranslation("desk");
  const mine = useCallback((one: QueueRow) => clients.has(one.client), [clients]);
  const queues = useRows("queues", mine);
  return (
    <div className={classes.idle}>
      <header>
        <h2>{t(`idle.${row.agent.presence}`)}</h2>
        <p>{t(`idleMend.${row.agent.presence}`)}</p>
      </header>
      <Unreached row={row} clients={clients} />
      <Tasks row={row} clients={clients} />
      {queues.length > 0 && (
        <table className={classes.queues}>
          <caption>{t("queues")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("queue")}</th>
              <th scope="col">{t("waiting")}</th>
              <th scope="col">{t("longest")}</th>
              <th scope="col">{t("ahead")}</th>
              <th scope="col">{t("serviceLevel")}</th>
            </tr>
          </thead>
          <tbody>
            {queues.map((one) => (
              <tr key={one.queue} style={clientStyle(clients.get(one.client))}>
                <th scope="row">
                  <span>{queueName(one.queue)}</span>
                  <small>{clients.get(one.client)?.name}</small>
                </th>
                <td className="figure">{number(one.waiting)}</td>
                <td>
                  <Clock since={one.longest_since} />
                </td>
                <td>
                  <Ahead us={one.wait_us} />
                </td>
                <td className="figure">{percent(one.service_level)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** What came of my last call out, when nobody was reached. */
function Unreached({ row, clients }: { row: DeskRow; clients: Clients }) {
  const { t } = useTranslation("desk");
  const { unreached } = row;
  if (!unreached) return null;
  const name = clients.get(unreached.client)?.name ?? unreached.client;
  return (
    <p className={classes.unreached} role="status">
      <IconPhoneX size={18} />
      <strong>{t(`unreached.${unreached.reason}`)}</strong>
      <span>
        {name} · {unreached.ref} · {timeOfDay(unreached.at)}
      </span>
    </p>
  );
}
