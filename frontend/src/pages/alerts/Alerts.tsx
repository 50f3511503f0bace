import { Select } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useTable } from "@/feed/hooks";
import { PageTitle } from "@/shell/Shell";

import classes from "./Alerts.module.css";
import { Past } from "./Past";
import { RaisedNow } from "./RaisedNow";
import { Rules } from "./Rules";
import type { AlertsSearch } from "./search";

type Changes = { [Name in keyof AlertsSearch]: AlertsSearch[Name] | undefined };

/** What calls for somebody now, by which rules, and what has before. */
export function Alerts() {
  const { t } = useTranslation("alerts");
  const search = useSearch({ from: "/alerts" });
  const navigate = useNavigate({ from: "/alerts" });
  const change = (changes: Changes) =>
    void navigate({
      search: (before: AlertsSearch) =>
        Object.fromEntries(
          Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined),
        ) as AlertsSearch,
      replace: true,
    });
  return (
    <div className={classes.page}>
      <PageTitle title={t("title")} />
      <Whose search={search} change={change} />
      <div className={classes.columns}>
        <div className={classes.column}>
          <RaisedNow client={search.client} />
          <Rules search={search} choose={(rule) => change({ rule })} />
        </div>
        <Past search={search} all={() => change({ rule: undefined })} />
      </div>
    </div>
  );
}

function Whose({ search, change }: { search: AlertsSearch; change: (changes: Changes) => void }) {
  const { t } = useTranslation("alerts");
  const queues = useTable("queues");
  const clients = useMemo(
    () => [...new Set([...queues.values()].map((row) => row.client))].sort(),
    [queues],
  );
  if (clients.length < 2 && search.client === undefined) return null;
  return (
    <Select
      aria-label={t("client")}
      placeholder={t("allClients")}
      data={clients}
      value={search.client ?? null}
      onChange={(value) => change({ client: value ?? undefined, rule: undefined })}
      clearable
      size="xs"
      w={180}
    />
  );
}
