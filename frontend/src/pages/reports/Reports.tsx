import { SegmentedControl, Select, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useMaybeMe } from "@/api/session";
import { useTable } from "@/feed/hooks";
import { useDefinitions } from "@/parts/names";
import { queueName } from "@/parts/queueName";
import { PageTitle } from "@/shell/Shell";
import { dayText } from "@/words/format";

import { AgentsDay } from "./AgentsDay";
import classes from "./Reports.module.css";
import { ReportTable } from "./ReportTable";
import { INTERVALS, type Interval, type Kind, KINDS, type ReportsSearch } from "./search";

type Changes = { [Name in keyof ReportsSearch]: ReportsSearch[Name] | undefined };

/** What was counted, by queue, client, agent or code; and an agent's day. */
export function Reports() {
  const { t } = useTranslation("reports");
  const search = useSearch({ from: "/reports" });
  const operator = useMaybeMe()?.client === null;
  const navigate = useNavigate({ from: "/reports" });
  const change = (changes: Changes) =>
    void navigate({
      search: (before: ReportsSearch) =>
        Object.fromEntries(
          Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined),
        ) as ReportsSearch,
      replace: true,
    });
  const kind = search.report ?? "queues";
  const kinds = KINDS.filter((one) => operator || one === "queues" || one === "codes");
  return (
    <div className={classes.page}>
      <PageTitle title={t("title")} />
      <div className={classes.bar}>
        <SegmentedControl
          size="xs"
          value={kind}
          onChange={(value) => change({ report: value as Kind })}
          data={kinds.map((one) => ({ value: one, label: t(`kind.${one}`) }))}
          aria-label={t("title")}
        />
        <Period search={search} change={change} single={kind === "agent-day"} />
        <Filters search={search} change={change} kind={kind} />
      </div>
      {kind === "agent-day" ? (
        <AgentsDay agent={search.agent} day={search.from ?? dayText()} />
      ) : (
        <ReportTable kind={kind} search={search} />
      )}
    </div>
  );
}

interface PartProps {
  search: ReportsSearch;
  change: (changes: Changes) => void;
}

function Period({ search, change, single }: PartProps & { single: boolean }) {
  const { t } = useTranslation("reports");
  const today = dayText();
  const from = search.from ?? today;
  const to = search.to ?? from;
  return (
    <>
      <TextInput
        type="date"
        size="xs"
        aria-label={single ? t("day") : t("from")}
        value={from}
        max={today}
        onChange={(event) => {
          const day = event.target.value;
          if (day !== "") change({ from: day, to: to < day ? day : search.to });
        }}
      />
      {!single && (
        <>
          <span className={classes.dash} aria-hidden="true">–</span>
          <TextInput
            type="date"
            size="xs"
            aria-label={t("to")}
            value={to}
            min={from}
            max={today}
            onChange={(event) => {
              if (event.target.value !== "") change({ to: event.target.value });
            }}
          />
          <Select
            size="xs"
            w={120}
            aria-label={t("interval")}
            data={INTERVALS.map((one) => ({ value: one, label: t(`intervals.${one}`) }))}
            value={search.interval ?? "day"}
            onChange={(value) => change({ interval: (value ?? undefined) as Interval | undefined })}
            allowDeselect={false}
          />
        </>
      )}
    </>
  );
}

function Filters({ search, change, kind }: PartProps & { kind: Kind }) {
  const { t } = useTranslation("reports");
  const definitions = useDefinitions();
  const live = useTable("queues");
  const choices = useMemo(
    () => ({
      client: [...new Set([...live.values()].map((row) => row.client))].sort(),
      queue: [...live.values()].map((row) => ({ value: row.queue, label: queueName(row.queue) })),
      agent: (definitions?.agents ?? []).map((one) => ({
        value: one.agent,
        label: one.name ? `${one.name} · ${one.agent}` : one.agent,
      })),
      team: [...new Set((definitions?.agents ?? []).map((one) => one.team))].sort(),
    }),
    [live, definitions],
  );
  const shown: (keyof typeof choices)[] =
    kind === "agent-day"
      ? ["agent"]
      : (["client", "queue", "agent", "team"] as const).filter(
          (one) => choices[one].length > 1 || search[one] !== undefined,
        );
  return (
    <>
      {shown.map((one) => (
        <Select
          key={one}
          size="xs"
          w={kind === "agent-day" ? 200 : 132}
          aria-label={t(`filter.${one}`)}
          placeholder={t(`filter.${one}`)}
          data={choices[one]}
          value={search[one] ?? null}
          onChange={(value) => change({ [one]: value ?? undefined })}
          limit={100}
          searchable={choices[one].length > 8}
          clearable
          comboboxProps={{ width: "max-content", position: "bottom-start" }}
        />
      ))}
    </>
  );
}
