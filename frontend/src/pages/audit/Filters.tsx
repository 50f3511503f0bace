import { Button, CloseButton, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import { useMaybeMe, useMay } from "@/api/session";
import { useTable } from "@/feed/hooks";
import { IconX } from "@/parts/icons";
import { type Period, periodOf, PERIODS, spanOf } from "@/parts/periods";

import classes from "./Audit.module.css";
import { KINDS } from "./kinds";
import type { AuditSearch, Changes } from "./search";

interface Props {
  search: AuditSearch;
  change: (changes: Changes) => void;
}

const NOTHING: Changes = {
  actor: undefined, what: undefined, client: undefined, ref: undefined,
  since: undefined, until: undefined,
};

export function Filters({ search, change }: Props) {
  const { t } = useTranslation("audit");
  const operator = useMaybeMe()?.client === null;
  const people = usePeople(search.actor);
  const clients = useClients();
  return (
    <div className={classes.filters} role="search" aria-label={t("filters")}>
      <Choice
        label={t("period")}
        value={periodOf(search)}
        data={PERIODS.map((one) => ({ value: one, label: t(`contacts:periods.${one}`) }))}
        choose={(value) => change(spanOf(value as Period | null))}
      />
      {people.length > 0 && (
        <Choice
          label={t("who")}
          value={search.actor}
          data={people}
          choose={(actor) => change({ actor: actor ?? undefined })}
        />
      )}
      <Choice
        label={t("kind")}
        wide
        value={search.what}
        data={KINDS.map((one) => ({ value: one, label: t(`kinds.${one}`) }))}
        choose={(what) => change({ what: what ?? undefined })}
      />
      {operator && (
        <Choice
          label={t("client")}
          value={search.client}
          data={[
            { value: "operator", label: t("ofNone") },
            ...clients.map((one) => ({ value: one, label: one })),
          ]}
          choose={(client) => change({ client: client ?? undefined })}
        />
      )}
      {search.ref !== undefined && (
        <span className={classes.chip}>
          {search.ref}
          <CloseButton
            size="xs"
            onClick={() => change({ ref: undefined })}
            aria-label={t("allContacts")}
          />
        </span>
      )}
      {Object.keys(search).length > 0 && (
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconX size={14} />}
          onClick={() => change(NOTHING)}
        >
          {t("clear")}
        </Button>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string | null | undefined;
  data: { value: string; label: string }[];
  choose: (value: string | null) => void;
  wide?: boolean;
}

function Choice({ label, value, data, choose, wide }: ChoiceProps) {
  return (
    <Select
      size="xs"
      w={wide ? 200 : 150}
      aria-label={label}
      placeholder={label}
      data={data}
      value={value ?? null}
      onChange={choose}
      searchable={data.length > 8}
      clearable
      comboboxProps={{ width: "max-content", position: "bottom-start" }}
    />
  );
}

/** Everybody with an account, for whoever may see that; else the one that was chosen in a row. */
function usePeople(chosen: string | undefined): { value: string; label: string }[] {
  const may = useMay();
  const accounts = useQuery({
    queryKey: ["accounts"],
    enabled: may("accounts.manage"),
    queryFn: () => body(api.GET("/api/accounts")),
  }).data;
  return useMemo(() => {
    const people = (accounts ?? []).map((one) => ({
      value: one.account,
      label: one.client === null ? one.name : `${one.client}/${one.name}`,
    }));
    const known = chosen === undefined || people.some((one) => one.value === chosen);
    return known ? people : [...people, { value: chosen, label: chosen }];
  }, [accounts, chosen]);
}

function useClients(): string[] {
  const queues = useTable("queues");
  return useMemo(() => [...new Set([...queues.values()].map((row) => row.client))].sort(), [queues]);
}
