import { useTranslation } from "react-i18next";

import type { DeskRow, ToComplete } from "@/api/schema.gen";
import { Clock } from "@/parts/Clock";
import { timeOfDay } from "@/words/format";
import { queueName } from "@/parts/queueName";

import { ForNow } from "./ForNow";
import { RaiseHand } from "./Help";
import { MyFigures } from "./Known";
import { MyState } from "./MyState";
import { PhoneState } from "./PhoneState";
import classes from "./Rail.module.css";
import { clientStyle } from "./style";
import { type Clients } from "./useDesk";

interface Props {
  row: DeskRow;
  clients: Clients;
  caller: string | null;
  /** The segment whose code is being given now. */
  completing: string | null;
  complete: (segment: string | null) => void;
}

/** The left rail: what I am, what's with me, what's still to be done, by which phone. */
export function Rail({ row, clients, caller, completing, complete }: Props) {
  const { t } = useTranslation("desk");
  const { contact } = row;
  return (
    <nav className={classes.rail} aria-label={t("rail")}>
      <MyState row={row} />
      <ForNow row={row.agent} />
      <RaiseHand row={row} />
      {contact && (
        <section className={classes.block}>
          <h2>{t("myContacts")}</h2>
          <div
            className={classes.contact}
            style={clientStyle(clients.get(contact.client))}
            aria-current={completing === null || undefined}
          >
            <strong>{clients.get(contact.client)?.name ?? contact.client}</strong>
            <Clock since={row.agent.since} />
            <small>{caller ?? t("unknownCaller")}</small>
          </div>
        </section>
      )}
      {row.to_complete.length > 0 && (
        <section className={classes.block}>
          <h2>
            {t("toComplete")}
            <span className="figure">{row.to_complete.length}</span>
          </h2>
          {row.to_complete.map((one) => (
            <Unwritten
              key={one.segment}
              one={one}
              clients={clients}
              current={completing === one.segment}
              choose={() => complete(completing === one.segment ? null : one.segment)}
            />
          ))}
        </section>
      )}
      <MyFigures row={row} />
      <PhoneState row={row} />
    </nav>
  );
}

interface UnwrittenProps {
  one: ToComplete;
  clients: Clients;
  current: boolean;
  choose: () => void;
}

function Unwritten({ one, clients, current, choose }: UnwrittenProps) {
  const client = clients.get(one.client);
  return (
    <button
      type="button"
      className={classes.contact}
      style={clientStyle(client)}
      aria-current={current || undefined}
      onClick={choose}
    >
      <strong>{client?.name ?? one.client}</strong>
      <span className="figure">{timeOfDay(one.closed)}</span>
      <small>{`${queueName(one.queue)} · ${one.ref ?? ""}`}</small>
    </button>
  );
}
