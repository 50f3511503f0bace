import { Button, Textarea } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { ClientWords, Desk, DeskRow, ToComplete } from "@/api/schema.gen";
import { serverNow, useSecond } from "@/feed/clock";
import { IconPhoneOutgoing, IconRotateClockwise } from "@/parts/icons";
import { Keys } from "@/parts/Keys";
import { ariaKeys, useAction } from "@/shell/actions";
import { clock } from "@/words/format";

import classes from "./Bar.module.css";
import { useDo } from "./commands";
import { forget, remembered } from "./draft";
import { useDraft } from "./Notes";
import { PromiseCallback } from "./Promise";
import { may } from "./useDesk";

const SOON_US = 10_000_000;

interface WrapUpProps {
  row: DeskRow;
  client: ClientWords | undefined;
  details: Desk | undefined;
}

/** The talk is over: a code, and on. It replaces the call's bar. */
export function WrapUpBar({ row, client, details }: WrapUpProps) {
  const { t } = useTranslation("desk");
  const [code, setCode] = useState<string | null>(null);
  const [promising, setPromising] = useState(false);
  const wrapUp = useDo("/api/desk/wrap-up", { done: () => forget(row.segment ?? null) });
  const extend = useDo("/api/desk/extend-wrap-up");
  const group = t("groupContact");
  const finish = () => {
    if (code === null) return;
    wrapUp.mutate({ code, note: remembered(row.segment ?? null) ?? "" });
  };
  const mayExtend = may(row, "extend-wrap-up");
  useAction({ label: t("extend"), group, keys: "alt+e", run: () => extend.mutate(), enabled: mayExtend });
  const promise = () => setPromising((now) => !now);
  useAction({ label: t("promise"), group, keys: "alt+p", run: promise });
  return (
    <div className={`${classes.wrap} ${classes.above}`}>
      {promising && row.contact && (
        <PromiseCallback
          contact={row.contact}
          number={details?.caller ?? null}
          close={() => setPromising(false)}
        />
      )}
      <Codes codes={row.codes} client={client} chosen={code} choose={setCode} />
      <div className={classes.finish}>
        <TimeLeft until={row.agent.until ?? null} />
        <Button
          variant="default"
          leftSection={<IconPhoneOutgoing size={16} />}
          rightSection={<Keys keys="alt+p" />}
          aria-keyshortcuts={ariaKeys("alt+p")}
          aria-expanded={promising}
          onClick={promise}
        >
          {t("callback")}
        </Button>
        {mayExtend && (
          <Button
            variant="default"
            leftSection={<IconRotateClockwise size={16} />}
            rightSection={<Keys keys="alt+e" />}
            aria-keyshortcuts={ariaKeys("alt+e")}
            onClick={() => extend.mutate()}
          >
            {t("extend")}
          </Button>
        )}
        <FinishButton enabled={code !== null} pending={wrapUp.isPending} finish={finish} />
      </div>
    </div>
  );
}

/** A contact that the limit closed: its code, and a note, come later. */
export function CompleteBar({
  one,
  client,
  done,
}: {
  one: ToComplete;
  client: ClientWords | undefined;
  done: () => void;
}) {
  const { t } = useTranslation("desk");
  const [code, setCode] = useState<string | null>(null);
  const { text, write } = useDraft(one.segment);
  const complete = useDo("/api/desk/complete", {
    done: () => {
      forget(one.segment);
      done();
    },
  });
  const finish = () => {
    if (code !== null) complete.mutate({ segment: one.segment, code, note: text });
  };
  return (
    <div className={classes.wrap}>
      <div>
        <Textarea
          label={t("noteFor", { contact: one.ref ?? one.client })}
          value={text}
          onChange={(event) => write(event.currentTarget.value)}
          maxLength={4000}
          rows={2}
          mb={8}
        />
        <Codes codes={one.codes} client={client} chosen={code} choose={setCode} />
      </div>
      <div className={classes.finish}>
        <FinishButton enabled={code !== null} pending={complete.isPending} finish={finish} />
      </div>
    </div>
  );
}

interface FinishProps {
  enabled: boolean;
  pending: boolean;
  finish: () => void;
}

function FinishButton({ enabled, pending, finish }: FinishProps) {
  const { t } = useTranslation("desk");
  useAction({ label: t("finish"), group: t("groupContact"), keys: "mod+enter", run: finish, enabled });
  return (
    <Button
      onClick={finish}
      disabled={!enabled}
      loading={pending}
      rightSection={<Keys keys="mod+enter" />}
      aria-keyshortcuts={ariaKeys("mod+enter")}
    >
      {t("finish")}
    </Button>
  );
}

interface CodesProps {
  codes: string[];
  client: ClientWords | undefined;
  chosen: string | null;
  choose: (code: string) => void;
}

/** Wrap-up codes: one key each, or the arrows. */
function Codes({ codes, client, chosen, choose }: CodesProps) {
  const { t } = useTranslation("desk");
  const group = useRef<HTMLDivElement>(null);
  const labels = new Map((client?.codes ?? []).map((one) => [one.code, one.label]));
  const move = (event: React.KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const at = codes.indexOf(chosen ?? "");
    const next = (at + by + codes.length) % codes.length;
    choose(codes[next] ?? "");
    group.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div
      ref={group}
      className={classes.codes}
      role="radiogroup"
      aria-label={t("codes")}
      onKeyDown={move}
    >
      {codes.map((code, index) => (
        <Code
          key={code}
          label={labels.get(code) ?? code}
          keys={index < 9 ? String(index + 1) : undefined}
          checked={chosen === code}
          reachable={chosen === code || (chosen === null && index === 0)}
          choose={() => choose(code)}
        />
      ))}
    </div>
  );
}

interface CodeProps {
  label: string;
  keys: string | undefined;
  checked: boolean;
  reachable: boolean;
  choose: () => void;
}

function Code({ label, keys, checked, reachable, choose }: CodeProps) {
  const { t } = useTranslation("desk");
  useAction({
    label: t("codeAction", { code: label }),
    group: t("groupContact"),
    ...(keys === undefined ? {} : { keys }),
    run: choose,
  });
  return (
    <button
      type="button"
      role="radio"
      className={classes.code}
      aria-checked={checked}
      tabIndex={reachable ? 0 : -1}
      onClick={choose}
    >
      {label}
      {keys !== undefined && <Keys keys={keys} />}
    </button>
  );
}

/** How long until the contact is closed without a code. */
function TimeLeft({ until }: { until: number | null }) {
  const { t } = useTranslation("desk");
  useSecond();
  const [warned, warn] = useState(false);
  const left = until ? Math.max(0, until - serverNow()) : null;
  const soon = left !== null && left <= SOON_US;
  useEffect(() => {
    if (soon) warn(true);
  }, [soon]);
  if (left === null) return null;
  return (
    <div className={classes.left} data-tone={left === 0 ? "now" : soon ? "soon" : undefined}>
      {t("timeLeft")}
      <strong className="figure">{clock(left)}</strong>
      <span className="visually-hidden" role="status">
        {warned && soon ? t("spoken.closing") : ""}
      </span>
    </div>
  );
}
