import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { ContactRow, DeskRow } from "@/api/schema.gen";
import { useMay } from "@/api/session";
import { Chapters } from "@/pages/contacts/Chapters";
import { chaptersOf } from "@/pages/contacts/chapters";

import classes from "./Contact.module.css";
import { EarlierContacts } from "./Known";

const LATER_MS = 2000; // the records come a moment after the floor

/** How this contact has come here: menu, waiting, talks, with who handled it. */
export function History({ row, contact }: { row: DeskRow; contact: ContactRow }) {
  const { t } = useTranslation("desk");
  const may = useMay();
  const { ref } = contact;
  const state = `${contact.state}/${contact.since}/${row.agent.presence}`;
  const found = useQuery({
    queryKey: ["contact", ref, state],
    queryFn: () => body(api.GET("/api/contacts/{ref}", { params: { path: { ref } } })),
    enabled: may("contacts.read") && row.agent.presence !== "offered",
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.dataUpdateCount < 2 ? LATER_MS : false),
    retry: 2,
  }).data;
  const here = found?.summary.ref === ref ? found : undefined;
  return (
    <div className={classes.history} role="group" aria-label={t("history")} tabIndex={0}>
      {here && (
        <section>
          <h2>{t("soFar")}</h2>
          <Chapters chapters={chaptersOf(here)} segments={here.segments} names={here.names} />
        </section>
      )}
      <EarlierContacts row={row} contact={contact} />
    </div>
  );
}
