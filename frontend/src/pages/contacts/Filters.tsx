import { Button, CloseButton, Select, Switch, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMaybeMe } from "@/api/session";
import { useTable } from "@/feed/hooks";
import { useMeasures } from "@/parts/measures";
import { IconSearch, IconX } from "@/parts/icons";
import { useDefinitions } from "@/parts/names";
import { type Period, periodOf, PERIODS, spanOf } from "@/parts/periods";
import { queueName } from "@/parts/queueName";

import classes from "./Contacts.module.css";
import type { ContactsSearch } from "./search";

type Changes = { [Name in keyof ContactsSearch]: ContactsSearch[Name] | undefined };

interface Props {
  search: ContactsSearch;
  change: (changes: Changes) => void;
}

const NUMBER = /^\+?[\d\s()-]{3,30}$/;
const OUTCOMES = ["answered", "abandoned", "overflowed", "called_back", "voicemail", "ended_by_us"];

export function Filters({ search, change }: Props) {
  const { t } = useTranslation("contacts");
  const operator = useMaybeMe()?.client === null;
  const { clients, queues, agents, codes } = useChoices(search.client);
  const measure = useMeasures();
  const filtered = Object.keys(search).some((name) => name !== "open");
  return (
    <div className={classes.filters} role="search" aria-label={t("filters")}>
      <GoTo change={change} client={search.client ?? (clients.length === 1 ? clients[0] : undefined)} />
      {search.measure !== undefined && (
        <Chip
          label={t("counts", { measure: measure(search.measure).name })}
          clear={() =>
            change({ measure: undefined, from: undefined, to: undefined, team: undefined })
          }
        />
      )}
      {search.serves !== undefined && (
        <Chip
          label={t("served", { team: search.serves })}
          clear={() => change({ serves: undefined })}
        />
      )}
      {search.caller !== undefined && (
        <Chip
          label={t("calledBy", { caller: search.caller })}
          clear={() => change({ caller: undefined })}
        />
      )}
      {search.task !== undefined && (
        <Chip label={t("aboutTask", { task: search.task })} clear={() => change({ task: undefined })} />
      )}
      {search.with !== undefined && (
        <Chip
          label={t("sameAs", { contact: search.with })}
          clear={() => change({ with: undefined })}
        />
      )}
      <Choice
        label={t("period")}
        value={periodOf(search)}
        data={PERIODS.map((one) => ({ value: one, label: t(`periods.${one}`) }))}
        choose={(value) => change(spanOf(value as Period | null))}
      />
      {operator && clients.length > 1 && (
        <Choice
          label={t("client")}
          value={search.client}
          data={clients}
          choose={(client) => change({ client: client ?? undefined, queue: undefined })}
        />
      )}
      <Choice
        label={t("queue")}
        value={search.queue}
        data={queues.map((one) => ({ value: one, label: queueName(one) }))}
        choose={(queue) => change({ queue: queue ?? undefined })}
      />
      {agents.length > 0 && (
        <Choice
          label={t("agent")}
          value={search.agent}
          data={agents}
          choose={(agent) => change({ agent: agent ?? undefined })}
        />
      )}
      <Choice
        label={t("outcome")}
        value={search.outcome}
        data={OUTCOMES.map((one) => ({ value: one, label: t(`ends:outcome.${one}`) }))}
        choose={(outcome) => change({ outcome: outcome ?? undefined })}
      />
      {codes.length > 0 && (
        <Choice
          label={t("code")}
          value={search.code}
          data={codes}
          choose={(code) => change({ code: code ?? undefined })}
        />
      )}
      <Switch
        size="sm"
        label={t("recorded")}
        checked={search.recorded === true}
        onChange={(event) =>
          change({ recorded: event.currentTarget.checked ? true : undefined })
        }
      />
      {filtered && (
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconX size={14} />}
          onClick={() =>
            change({
              client: undefined, queue: undefined, agent: undefined, outcome: undefined,
              reason: undefined, code: undefined, recorded: undefined, since: undefined,
              until: undefined, measure: undefined, from: undefined, to: undefined,
              team: undefined, serves: undefined, caller: undefined, with: undefined, task: undefined, message: undefined,
            })
          }
        >
          {t("clear")}
        </Button>
      )}
    </div>
  );
}

/** What can't be chosen here, only taken away. */
function Chip({ label, clear }: { label: string; clear: () => void }) {
  const { t } = useTranslation("contacts");
  return (
    <span className={classes.chip}>
      {label}
      <CloseButton size="xs" onClick={clear} aria-label={t("clearOne", { filter: label })} />
    </span>
  );
}

interface GoToProps {
  change: (changes: Changes) => void;
  /** Whose callers a number is looked for among; undefined while it isn't clear. */
  client: string | undefined;
}

/** A contact by its name, which Enter opens, or all of a caller's by the number. */
function GoTo({ change, client }: GoToProps) {
  const { t } = useTranslation("contacts");
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const asked = text.trim();
    if (asked === "") return;
    if (!NUMBER.test(asked)) change({ open: asked });
    else if (client !== undefined) change({ caller: asked.replaceAll(/[\s()-]/g, ""), client });
    setText("");
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        size="xs"
        miw={210}
        leftSection={<IconSearch size={14} />}
        aria-label={t("goTo")}
        placeholder={t("goTo")}
        maxLength={100}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  );
}

interface ChoiceProps {
  label: string;
  value: string | null | undefined;
  data: string[] | { value: string; label: string }[];
  choose: (value: string | null) => void;
}

function Choice({ label, value, data, choose }: ChoiceProps) {
  const { t } = useTranslation("contacts");
  return (
    <Select
      size="xs"
      w={132}
      aria-label={label}
      placeholder={label}
      data={data}
      value={value ?? null}
      onChange={choose}
      limit={100}
      searchable={data.length > 8}
      nothingFoundMessage={t("nothingFits")}
      clearable
      comboboxProps={{ width: "max-content", position: "bottom-start" }}
    />
  );
}

/** What there is to choose from. */
function useChoices(client: string | undefined) {
  const definitions = useDefinitions();
  const live = useTable("queues");
  return useMemo(() => {
    const mine = [...live.values()].filter((row) => !client || row.client === client);
    return {
      clients: [...new Set([...live.values()].map((row) => row.client))].sort(),
      queues: mine.map((row) => row.queue).sort(),
      agents: (definitions?.agents ?? []).map((one) => ({
        value: one.agent,
        label: one.name ?? one.agent,
      })),
      codes: [
        ...new Set(
          (definitions?.clients ?? [])
            .filter((one) => !client || one.client === client)
            .flatMap((one) => one.wrap_up_codes),
        ),
      ],
    };
  }, [definitions, live, client]);
}
