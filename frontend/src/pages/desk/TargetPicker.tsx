import { SegmentedControl, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { Targets, Whom } from "@/api/schema.gen";
import { IconBuilding, IconListSearch, IconPhoneOutgoing, IconSearch } from "@/parts/icons";
import { Keys } from "@/parts/Keys";
import { number } from "@/words/format";
import { queueName } from "@/parts/queueName";

import classes from "./Bar.module.css";
import { useDo } from "./commands";
import { presenceWords, reasonWords, toneOf } from "./state";

export type How = "consult" | "transfer";

interface Choice {
  id: string;
  section: "colleagues" | "queues" | "entries" | "number";
  name: string;
  about: string;
  tone?: string;
  fits: boolean;
  whom: Partial<Whom>;
}

interface Props {
  how: How;
  setHow: (how: How) => void;
  close: () => void;
}

const REFRESH_MS = 2000;
const DIALLED = /^\+?[\d\s().-]{2,}$/;

/** To whom: a few letters, the arrows, Enter. Who can take it now comes first. */
export function TargetPicker({ how, setHow, close }: Props) {
  const { t } = useTranslation("desk");
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const consult = useDo("/api/desk/consult", { done: close });
  const transfer = useDo("/api/desk/transfer", { done: close });
  const found = useQuery({
    queryKey: ["desk-targets", text],
    queryFn: () => body(api.GET("/api/desk/targets", { params: { query: { text } } })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  }).data;
  const choices = choicesOf(found, text, how, t);
  const chosen = Math.min(at, choices.length - 1);
  useEscape(panel, close);
  const go = (choice: Choice | undefined, as: How) => {
    if (choice === undefined || (as === "consult" && !choice.fits)) return;
    (as === "consult" ? consult : transfer).mutate(choice.whom as Whom);
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && choices.length > 0) {
      event.preventDefault();
      setAt((chosen + by + choices.length) % choices.length);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      const other = how === "consult" ? "transfer" : "consult";
      go(choices[chosen], event.shiftKey ? other : how);
    }
  };
  return (
    <div ref={panel} className={classes.panel} role="group" aria-label={t(`whom.${how}`)}>
      <div className={classes.panelHead}>
        <SegmentedControl
          value={how}
          onChange={(value) => setHow(value as How)}
          data={[
            { value: "consult", label: t("consultFirst") },
            { value: "transfer", label: t("transferNow") },
          ]}
          aria-label={t("how")}
        />
        <TextInput
          autoFocus
          data-autofocus
          leftSection={<IconSearch size={16} />}
          placeholder={t("targetAsk")}
          aria-label={t("targetAsk")}
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={choices.length > 0 ? `${id}-${chosen}` : undefined}
          maxLength={40}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
      </div>
      <ul id={`${id}-list`} className={classes.targets} role="listbox" aria-label={t(`whom.${how}`)}>
        {choices.map((choice, index) => (
          <TargetLine
            key={choice.id}
            id={`${id}-${index}`}
            choice={choice}
            heading={choice.section !== choices[index - 1]?.section}
            selected={index === chosen}
            look={() => setAt(index)}
            choose={() => go(choice, how)}
          />
        ))}
      </ul>
      <div className={classes.foot}>
        <span role="status">{choices.length === 0 && found ? t("noTarget") : ""}</span>
        <span>
          <Keys keys="enter" /> {t(`way.${how}`)}
        </span>
        <span>
          <Keys keys="shift+enter" /> {t(how === "consult" ? "way.transfer" : "way.consult")}
        </span>
      </div>
    </div>
  );
}

/** Escape closes it, from wherever in it the focus is. */
function useEscape(panel: React.RefObject<HTMLDivElement | null>, close: () => void): void {
  useEffect(() => {
    const here = panel.current;
    const press = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      close();
    };
    here?.addEventListener("keydown", press);
    return () => here?.removeEventListener("keydown", press);
  }, [panel, close]);
}

interface LineProps {
  id: string;
  choice: Choice;
  heading: boolean;
  selected: boolean;
  look: () => void;
  choose: () => void;
}

function TargetLine({ id, choice, heading, selected, look, choose }: LineProps) {
  const { t } = useTranslation("desk");
  return (
    <>
      {heading && <li role="presentation">{t(`section.${choice.section}`)}</li>}
      <li
        id={id}
        role="option"
        className={classes.target}
        aria-selected={selected}
        aria-disabled={!choice.fits || undefined}
        onMouseMove={look}
        onClick={choose}
        ref={(line) => {
          if (selected) line?.scrollIntoView({ block: "nearest" });
        }}
      >
        <Mark choice={choice} />
        <strong>{choice.name}</strong>
        <small>{choice.about}</small>
      </li>
    </>
  );
}

function Mark({ choice }: { choice: Choice }) {
  switch (choice.section) {
    case "colleagues":
      return <span className={classes.dot} data-tone={choice.tone} aria-hidden="true" />;
    case "queues":
      return <IconListSearch size={16} />;
    case "entries":
      return <IconBuilding size={16} />;
    case "number":
      return <IconPhoneOutgoing size={16} />;
  }
}

type Say = (key: string, values?: Record<string, unknown>) => string;

function choicesOf(found: Targets | undefined, text: string, how: How, t: Say): Choice[] {
  if (found === undefined) return [];
  const choices: Choice[] = [];
  for (const one of found.colleagues) {
    const state = one.presence === "away" && one.reason ? reasonWords(one.reason) : presenceWords(one.presence);
    choices.push({
      id: `a-${one.agent}`,
      section: "colleagues",
      name: one.name ?? one.agent,
      about: state,
      tone: toneOf({ presence: one.presence, reason: "", since: null } as never, 0),
      fits: one.presence === "ready",
      whom: { agent: one.agent },
    });
  }
  for (const one of found.queues) {
    choices.push({
      id: `q-${one.queue}`,
      section: "queues",
      name: queueName(one.queue),
      about: t("queueState", { waiting: number(one.waiting), ready: number(one.ready) }),
      fits: how === "transfer" || one.ready > 0,
      whom: { queue: one.queue },
    });
  }
  for (const one of found.entries) {
    choices.push({
      id: `e-${one.entry}`,
      section: "entries",
      name: one.name,
      about: one.number,
      fits: true,
      whom: { entry: one.entry },
    });
  }
  if (DIALLED.test(text.trim()) && found.dials.length > 0) {
    const typed = text.trim();
    choices.push({
      id: "number",
      section: "number",
      name: typed,
      about: t("dialIt"),
      fits: true,
      whom: { number: typed },
    });
  }
  return choices;
}
