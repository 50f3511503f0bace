import { ActionIcon, Button, NumberInput, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { Asked, Simulation } from "@/api/schema.gen";
import { IconPlayerPlay, IconPlus, IconX } from "@/parts/icons";
import { Panel } from "@/parts/Panel";
import { useCommand } from "@/parts/useCommand";
import { dayText } from "@/words/format";

import { type Change, changeOf, type Kind, KINDS, textOf } from "./changes";
import classes from "./Simulation.module.css";

const MOST_SEEDS = 200;
const MOST_CHANGES = 3;
const INTERVALS = ["15m", "30m", "1h", "day", "whole"] as const;
type Interval = (typeof INTERVALS)[number];

interface Draft {
  what: "scenario" | "day";
  scenario: string | null;
  day: string;
  from: string;
  to: string;
  changes: Change[];
  seeds: number;
  interval: Interval | null;
  agentHour: string;
}

function draftOf(asked: Asked | undefined): Draft {
  const [from = "", to = ""] = (asked?.period ?? "").split("/");
  return {
    what: asked?.period ? "day" : "scenario",
    scenario: asked?.scenario || null,
    day: from.slice(0, 10) || dayText(1),
    from: from.slice(11, 16),
    to: to.slice(11, 16),
    changes: (asked?.changes ?? []).map(changeOf),
    seeds: asked?.seeds ?? 10,
    interval: (asked?.interval as Interval | null | undefined) ?? null,
    agentHour: asked?.agent_hour ?? "",
  };
}

function askedOf(draft: Draft, first: string | undefined): Asked {
  const whole = draft.from === "" || draft.to === "" || draft.from >= draft.to;
  const { day, from, to } = draft;
  return {
    scenario: draft.what === "scenario" ? (draft.scenario ?? first ?? "") : "",
    period: draft.what === "day" ? (whole ? day : `${day}T${from}/${day}T${to}`) : "",
    changes: draft.changes.map(textOf).filter((text) => text !== ""),
    seeds: draft.seeds,
    seed: 1,
    interval: draft.interval,
    agent_hour: draft.what === "day" ? draft.agentHour : "",
  };
}

interface Props {
  /** What's asked for first: the one that is looked at, to change it. */
  from: Asked | undefined;
  running: boolean;
  begun: (one: Simulation) => void;
}

/** What is to be played: a scenario or a day as it was, beside it what if. */
export function Ask({ from, running, begun }: Props) {
  const { t } = useTranslation("simulation");
  const [draft, setDraft] = useState(() => draftOf(from));
  const set = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  const scenarios = useQuery({
    queryKey: ["scenarios"],
    queryFn: () => body(api.GET("/api/scenarios")),
  }).data;
  const first = scenarios?.[0]?.scenario;
  const play = useCommand(() => body(api.POST("/api/simulations", { body: askedOf(draft, first) })), {
    stale: [["simulations"]],
    done: begun,
  });
  const chosen = scenarios?.find((one) => one.scenario === (draft.scenario ?? first));
  const empty = draft.what === "scenario" && chosen === undefined;
  return (
    <Panel title={t("ask")}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          play.mutate();
        }}
      >
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={t("ask")}
          value={draft.what}
          onChange={(what) => set({ what: what as Draft["what"] })}
          data={(["scenario", "day"] as const).map((one) => ({ value: one, label: t(`what.${one}`) }))}
        />
        {draft.what === "scenario" ? (
          <>
            <Select
              size="xs"
              label={t("scenario")}
              data={(scenarios ?? []).map((one) => one.scenario)}
              value={draft.scenario ?? first ?? null}
              onChange={(scenario) => set({ scenario })}
              allowDeselect={false}
              nothingFoundMessage={t("noScenario")}
            />
            {chosen ? (
              <p className={classes.about}>
                {chosen.about}
                <span>
                  {chosen.begins} · {chosen.lasts}
                </span>
              </p>
            ) : (
              scenarios !== undefined && <p className={classes.about}>{t("noScenario")}</p>
            )}
          </>
        ) : (
          <Day draft={draft} set={set} />
        )}
        <Changes draft={draft} set={set} />
        <div className={classes.pair}>
          <NumberInput
            size="xs"
            label={t("seeds")}
            description={t("seedsSays")}
            inputWrapperOrder={["label", "input", "description"]}
            min={1}
            max={MOST_SEEDS}
            clampBehavior="strict"
            allowDecimal={false}
            value={draft.seeds}
            onChange={(seeds) => set({ seeds: Number(seeds) || 1 })}
          />
          <Select
            size="xs"
            label={t("interval")}
            placeholder={t("intervalUsual")}
            data={INTERVALS.map((one) => ({ value: one, label: t(`intervals.${one}`) }))}
            value={draft.interval}
            onChange={(interval) => set({ interval: interval as Interval | null })}
            clearable
          />
        </div>
        <Button
          type="submit"
          size="sm"
          leftSection={<IconPlayerPlay size={16} />}
          disabled={running || empty}
          loading={play.isPending}
        >
          {t("play")}
        </Button>
        {running && <p className={classes.about}>{t("oneAtATime")}</p>}
      </form>
    </Panel>
  );
}

interface PartProps {
  draft: Draft;
  set: (changes: Partial<Draft>) => void;
}

function Day({ draft, set }: PartProps) {
  const { t } = useTranslation("simulation");
  return (
    <>
      <TextInput
        size="xs"
        type="date"
        label={t("day")}
        value={draft.day}
        max={dayText()}
        onChange={(event) => {
          if (event.target.value !== "") set({ day: event.target.value });
        }}
      />
      <div className={classes.pair}>
        <TextInput
          size="xs"
          type="time"
          label={t("from")}
          value={draft.from}
          onChange={(event) => set({ from: event.target.value })}
        />
        <TextInput
          size="xs"
          type="time"
          label={t("to")}
          value={draft.to}
          onChange={(event) => set({ to: event.target.value })}
        />
      </div>
      <TextInput
        size="xs"
        inputMode="decimal"
        label={t("agentHour")}
        placeholder="68.00"
        value={draft.agentHour}
        onChange={(event) => set({ agentHour: event.target.value.trim().slice(0, 16) })}
      />
      <p className={classes.about}>{t("daySays")}</p>
    </>
  );
}

const FIRST: Record<Kind, Change> = {
  agents: { kind: "agents", amount: -3, text: "" },
  load: { kind: "load", amount: 120, text: "" },
  other: { kind: "other", amount: 0, text: "" },
};

function Changes({ draft, set }: PartProps) {
  const { t } = useTranslation("simulation");
  const kinds = KINDS.filter((one) => draft.what === "scenario" || one === "agents");
  const put = (place: number, change: Change) =>
    set({ changes: draft.changes.map((one, at) => (at === place ? change : one)) });
  return (
    <fieldset className={classes.changes}>
      <legend>{t("whatIf")}</legend>
      {draft.changes.map((change, place) => (
        <div key={place} className={classes.change}>
          <Select
            size="xs"
            aria-label={t("changes")}
            data={kinds.map((one) => ({ value: one, label: t(`kind.${one}`) }))}
            value={change.kind}
            onChange={(kind) => put(place, FIRST[(kind ?? "agents") as Kind])}
            allowDeselect={false}
          />
          {change.kind === "other" ? (
            <TextInput
              size="xs"
              className={classes.wide ?? ""}
              aria-label={t("kind.other")}
              placeholder="patience.any=5m"
              value={change.text}
              error={change.text !== "" && !/^[^=]+=/.test(change.text) ? t("noChange") : undefined}
              onChange={(event) => put(place, { ...change, text: event.target.value.slice(0, 300) })}
            />
          ) : (
            <NumberInput
              size="xs"
              aria-label={t(`kind.${change.kind}`)}
              value={change.amount}
              min={change.kind === "agents" ? -1000 : 0}
              max={change.kind === "agents" ? 1000 : 10_000}
              allowDecimal={false}
              prefix={change.kind === "agents" && change.amount > 0 ? "+" : ""}
              suffix={change.kind === "load" ? " %" : ""}
              onChange={(amount) => put(place, { ...change, amount: Number(amount) || 0 })}
            />
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("drop")}
            onClick={() => set({ changes: draft.changes.filter((_, at) => at !== place) })}
          >
            <IconX size={14} />
          </ActionIcon>
        </div>
      ))}
      {draft.changes.length < MOST_CHANGES && (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={14} />}
          onClick={() => set({ changes: [...draft.changes, FIRST.agents] })}
        >
          {t("addChange")}
        </Button>
      )}
    </fieldset>
  );
}
