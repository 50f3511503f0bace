import { Skeleton } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { DeskRow } from "@/api/schema.gen";
import { useArrived } from "@/feed/hooks";
import { Empty } from "@/parts/Empty";
import { PageTitle } from "@/shell/Shell";

import { CallBar } from "./CallBar";
import { ContactView } from "./ContactView";
import classes from "./Desk.module.css";
import { Told } from "./Help";
import { Idle } from "./Idle";
import { CallOut } from "./CallOut";
import { OfferBar } from "./OfferBar";
import { PhoneTrouble } from "./PhoneTrouble";
import { Rail } from "./Rail";
import { Side } from "./Side";
import { Spoken } from "./Spoken";
import { clientStyle } from "./style";
import { useClients, useDeskRow, useDetails } from "./useDesk";
import { CompleteBar, WrapUpBar } from "./WrapUp";

/** An agent's place to work. */
export function Desk() {
  const { t } = useTranslation("desk");
  const arrived = useArrived("desk");
  const row = useDeskRow();
  if (!arrived) return <DeskSkeleton />;
  if (row === undefined) {
    return (
      <>
        <PageTitle title={t("title")} />
        <Empty title={t("nobody")}>{t("nobodyMend")}</Empty>
      </>
    );
  }
  return <DeskPage row={row} />;
}

function DeskPage({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  const clients = useClients(row.definitions);
  const details = useDetails(row);
  const [completing, complete] = useState<string | null>(null);
  const unwritten = row.to_complete.find((one) => one.segment === completing);
  useEffect(() => {
    if (completing !== null && unwritten === undefined) complete(null);
  }, [completing, unwritten]);
  const { contact } = row;
  const client = contact ? clients.get(contact.client) : undefined;
  return (
    <div className={classes.desk} style={clientStyle(client)}>
      <PageTitle title={t("title")} />
      <Spoken row={row} client={client} caller={details?.caller ?? null} />
      <Rail
        row={row}
        clients={clients}
        caller={details?.caller ?? null}
        completing={completing}
        complete={complete}
      />
      <div className={classes.centre}>
        <PhoneTrouble row={row} />
        <Told row={row} />
        {contact ? (
          <ContactView row={row} contact={contact} client={client} details={details} />
        ) : (
          <Idle row={row} clients={clients} />
        )}
      </div>
      <aside className={classes.side} aria-label={contact ? t("side") : t("callOut")}>
        {contact ? (
          <Side row={row} contact={contact} client={client} details={details} />
        ) : (
          <CallOut row={row} clients={clients} />
        )}
      </aside>
      <div className={classes.bar}>
        {row.agent.presence === "offered" && <OfferBar row={row} client={client} details={details} />}
        {row.agent.presence === "talking" && <CallBar row={row} client={client} details={details} />}
        {row.agent.presence === "wrapping" && (
          <WrapUpBar row={row} client={client} details={details} />
        )}
        {!contact && unwritten && (
          <CompleteBar
            key={unwritten.segment}
            one={unwritten}
            client={clients.get(unwritten.client)}
            done={() => complete(null)}
          />
        )}
      </div>
    </div>
  );
}

function DeskSkeleton() {
  const { t } = useTranslation("desk");
  return (
    <div className={classes.desk} aria-busy="true">
      <PageTitle title={t("title")} />
      <div className={classes.railSkeleton}>
        <Skeleton height={44} />
        <Skeleton height={36} />
        <Skeleton height={36} />
      </div>
      <div className={classes.centre} />
      <aside className={classes.side} aria-label={t("side")} />
    </div>
  );
}
