import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { PageTitle } from "@/shell/Shell";

import classes from "./Contacts.module.css";
import { Filters } from "./Filters";
import { ContactTable } from "./ContactTable";
import { Record } from "./Record";
import type { ContactsSearch } from "./search";

/** What has happened: found by filters, each record with all that is known of it. */
export function Contacts() {
  const { t } = useTranslation("contacts");
  const search = useSearch({ from: "/contacts" });
  const navigate = useNavigate({ from: "/contacts" });
  const change = (changes: Partial<Changes>) =>
    void navigate({
      search: (before: ContactsSearch) => clean({ ...before, ...changes }),
      replace: true,
    });
  return (
    <div className={classes.page} data-open={search.open !== undefined || undefined}>
      <PageTitle title={t("title")} />
      <div className={classes.list}>
        <Filters search={search} change={change} />
        <ContactTable search={search} open={(ref) => change({ open: ref })} />
      </div>
      {search.open !== undefined && (
        <Record
          key={search.open}
          reference={search.open}
          close={() => change({ open: undefined })}
        />
      )}
    </div>
  );
}

type Changes = { [Name in keyof ContactsSearch]: ContactsSearch[Name] | undefined };

function clean(search: Changes): ContactsSearch {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined && value !== ""),
  ) as ContactsSearch;
}
