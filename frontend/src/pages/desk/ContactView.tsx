import { useTranslation } from "react-i18next";

import type { ClientWords, ContactRow, Desk, DeskRow } from "@/api/schema.gen";
import { serverNow, useSecond } from "@/feed/clock";
import { Clock } from "@/parts/Clock";
import { IconClockPause, IconPhoneIncoming, IconPhoneOutgoing } from "@/parts/icons";
import { clock } from "@/words/format";
import { queueName } from "@/parts/queueName";

import classes from "./Contact.module.css";
import { History } from "./History";
import { Notes } from "./Notes";
import { Parties } from "./Parties";
import { waitTone } from "./state";

interface Props {
  row: DeskRow;
  contact: ContactRow;
  client: ClientWords | undefined;
  details: Desk | undefined;
}

/** The contact is the page: who, for whom, why, how long; the people in it; what I write. */
export function ContactView({ row, contact, client, details }: Props) {
  return (
    <article className={classes.contact} data-state={row.agent.presence}>
      <Head row={row} contact={contact} client={client} details={details} />
      <Parties row={row} client={client} details={details} />
      <Notes key={row.segment ?? contact.ref} row={row} />
      <History row={row} contact={contact} />
    </article>
  );
}

function Head({ row, contact, client, details }: Props) {
  const { t } = useTranslation("desk");
  const outbound = row.kind === "outbound";
  const customer = row.talk?.parties.find((one) => one.party === "customer");
  const entry = client?.directory.find((one) => one.entry === customer?.entry);
  const name = entry?.name ?? details?.caller ?? t("unknownCaller");
  const Icon = outbound || row.kind === "callback" ? IconPhoneOutgoing : IconPhoneIncoming;
  return (
    <header className={classes.head}>
      <ClientMark client={client} name={client?.name ?? contact.client} />
      <div className={classes.who}>
        <p className={classes.for}>
          <span>{client?.name ?? contact.client}</span>
          <span>{queueName(row.agent.queue)}</span>
        </p>
        <h2 className="figure">
          <Icon size={20} />
          {name}
        </h2>
        <Why row={row} />
      </div>
      <Times row={row} contact={contact} />
    </header>
  );
}

/** The client's logo, or its first letter, on its colour: it stays for the whole contact. */
function ClientMark({ client, name }: { client: ClientWords | undefined; name: string }) {
  return (
    <span className={classes.mark}>
      {client?.logo ? <img src={client.logo} alt="" /> : <span aria-hidden="true">{[...name][0]}</span>}
    </span>
  );
}

/** What the flow found out: the reasons chosen, and its answers. */
function Why({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  return (
    <ul className={classes.why} aria-label={t("why")}>
      {row.kind === "callback" && <li data-tone="you">{t("inTurn")}</li>}
      {row.kind === "consult" && <li data-tone="you">{t("consulted")}</li>}
      {row.kind === "transfer" && <li data-tone="you">{t("transferred")}</li>}
      {row.choices.map((choice, index) => (
        <li key={`${choice}-${index}`}>{choice}</li>
      ))}
      {row.answers.map((answer) => (
        <li key={answer.name}>
          <span>{answer.name}</span> {answer.value}
        </li>
      ))}
    </ul>
  );
}

/** How long they waited against what was promised, and how long we're at it. */
function Times({ row, contact }: { row: DeskRow; contact: ContactRow }) {
  const { t } = useTranslation("desk");
  useSecond();
  const ringing = row.agent.presence === "offered";
  const waited = contact.waited_us ?? (ringing ? serverNow() - contact.arrived : null);
  const tone = waited === null ? "idle" : waitTone(waited, row.target_us);
  return (
    <dl className={classes.times}>
      {waited !== null && row.kind !== "outbound" && (
        <div data-tone={tone === "good" ? undefined : tone}>
          <dt>{t("waited")}</dt>
          <dd className="figure">
            {tone === "now" && <IconClockPause size={16} />}
            {clock(waited)}
          </dd>
          {row.target_us ? (
            <dd className={classes.target}>{t("ofTarget", { time: clock(row.target_us) })}</dd>
          ) : null}
        </div>
      )}
      <div>
        <dt>{t(`clock.${row.agent.presence}`)}</dt>
        <dd>
          <Clock since={row.agent.since} />
        </dd>
      </div>
    </dl>
  );
}
