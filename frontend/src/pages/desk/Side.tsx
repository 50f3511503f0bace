import { useTranslation } from "react-i18next";

import type { ClientWords, ContactRow, Desk, DeskRow } from "@/api/schema.gen";
import { timeOfDay } from "@/words/format";

import classes from "./Side.module.css";

interface Props {
  row: DeskRow;
  contact: ContactRow;
  client: ClientWords | undefined;
  details: Desk | undefined;
}

/** What to say, how to go on, and what's known of the customer. */
export function Side({ row, contact, client, details }: Props) {
  const { t } = useTranslation("desk");
  const words = client?.queues.find((one) => one.queue === row.agent.queue) ?? client;
  const ours = row.kind === "outbound" || row.kind === "callback";
  const said = Object.entries(details?.said ?? {});
  const steps = (words?.script ?? "").split("\n").filter((line) => line.trim() !== "");
  return (
    <>
      {words?.greeting && row.kind !== "outbound" && (
        <section className={classes.block}>
          <h2>{t("greeting")}</h2>
          <p className={classes.greeting}>{words.greeting}</p>
        </section>
      )}
      {steps.length > 0 && (
        <section className={classes.block}>
          <h2>{t("script")}</h2>
          <ol className={classes.script}>
            {steps.map((step, index) => (
              <li key={index}>{step}</li>
            ))}
          </ol>
        </section>
      )}
      <section className={classes.block}>
        <h2>{t("known")}</h2>
        <dl className={classes.known}>
          <Known name={t("number")} value={details?.caller} />
          {said.map(([name, value]) => (
            <Known key={name} name={name} value={value} />
          ))}
          <Known name={ours ? t("shownNumber") : t("calledNumber")} value={contact.number} />
          <Known name={t("arrived")} value={timeOfDay(contact.arrived)} />
          <Known name={t("contactName")} value={contact.ref} />
        </dl>
      </section>
    </>
  );
}

function Known({ name, value }: { name: string; value: string | null | undefined }) {
  if (!value) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd className="figure">{value}</dd>
    </div>
  );
}
