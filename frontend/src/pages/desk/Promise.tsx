import { Button, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { ContactRow } from "@/api/schema.gen";
import { serverNow } from "@/feed/clock";
import { tellDone } from "@/parts/tell";
import { useCommand } from "@/parts/useCommand";
import { moment } from "@/words/format";

import classes from "./Bar.module.css";

interface Props {
  contact: ContactRow;
  number: string | null;
  close: () => void;
}

const MINUTE_MS = 60_000;
const SOON_MIN = [15, 60, 180];

/** "We'll call you back": when, which number, by whom. */
export function PromiseCallback({ contact, number, close }: Props) {
  const { t } = useTranslation("desk");
  const panel = useRef<HTMLFormElement>(null);
  const [at, setAt] = useState(() => local(60));
  const [to, setTo] = useState(number ?? "");
  const [whose, setWhose] = useState("queue");
  const [note, setNote] = useState("");
  const when = new Date(at).getTime() * 1000;
  const promise = useCommand(
    (key) =>
      body(
        api.POST("/api/tasks", {
          params: { header: { "Idempotency-Key": key } },
          body: {
            at: when,
            mine: whose === "me",
            ref: contact.ref,
            number: to.trim() === (number ?? "") ? null : to.trim().replaceAll(/[\s().-]/g, ""),
            note: note.trim() === "" ? null : note,
          },
        }),
      ),
    {
      done: () => {
        tellDone(t("promised", { time: moment(when) }));
        close();
      },
    },
  );
  useEffect(() => panel.current?.querySelector("input")?.focus(), []);
  const fits = to.trim() !== "" && when > serverNow();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fits) promise.mutate();
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.nativeEvent.isComposing) close();
  };
  return (
    <form
      ref={panel}
      className={classes.promise}
      aria-label={t("promise")}
      onSubmit={submit}
      onKeyDown={leave}
    >
      <div className={classes.soon}>
        {SOON_MIN.map((minutes) => (
          <Button key={minutes} variant="default" size="xs" onClick={() => setAt(local(minutes))}>
            {minutes < 60 ? t("inMinutes", { minutes }) : t("inHours", { hours: minutes / 60 })}
          </Button>
        ))}
      </div>
      <TextInput
        type="datetime-local"
        label={t("promiseWhen")}
        value={at}
        min={local(0)}
        onChange={(event) => setAt(event.currentTarget.value)}
      />
      <TextInput
        type="tel"
        label={t("numberToCall")}
        value={to}
        maxLength={40}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <SegmentedControl
        fullWidth
        value={whose}
        onChange={setWhose}
        aria-label={t("promiseWho")}
        data={[
          { value: "queue", label: t("promiseQueue") },
          { value: "me", label: t("promiseMe") },
        ]}
      />
      <Textarea
        label={t("promiseNote")}
        value={note}
        rows={2}
        maxLength={4000}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!fits} loading={promise.isPending}>
        {t("promise")}
      </Button>
    </form>
  );
}

/** So many minutes from now, as the field wants it: local time without seconds. */
function local(minutes: number): string {
  const then = new Date(Date.now() + minutes * MINUTE_MS);
  return new Date(then.getTime() - then.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16);
}
