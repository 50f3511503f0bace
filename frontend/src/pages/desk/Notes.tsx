import { Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { DeskRow } from "@/api/schema.gen";
import { IconCheck, IconNotes } from "@/parts/icons";
import { useAction } from "@/shell/actions";

import classes from "./Contact.module.css";
import { remember, remembered } from "./draft";

const QUIET_MS = 700;
const MOST = 4000;

type Kept = "none" | "writing" | "kept" | "failed";

/** What I write about the contact: always open, kept while I write, the same after a reload. */
export function Notes({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  const field = useRef<HTMLTextAreaElement>(null);
  const { text, write, kept } = useDraft(row.segment ?? null);
  useAction({
    label: t("writeNote"),
    group: t("groupContact"),
    keys: "alt+n",
    run: () => field.current?.focus(),
  });
  const leave = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape" && !event.nativeEvent.isComposing) event.currentTarget.blur();
  };
  const waiting = row.segment == null;
  return (
    <section className={classes.notes}>
      <div className={classes.notesHead}>
        <label htmlFor="desk-note">
          <IconNotes size={16} />
          {t("note")}
        </label>
        <span className={classes.kept} data-kept={kept} role="status">
          {kept === "kept" && <IconCheck size={14} />}
          {kept === "none" ? "" : t(`kept.${kept}`)}
        </span>
      </div>
      <Textarea
        id="desk-note"
        ref={field}
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={leave}
        disabled={waiting}
        placeholder={waiting ? t("noteLater") : t("noteHint")}
        maxLength={MOST}
        rows={4}
        aria-keyshortcuts="Alt+N"
      />
    </section>
  );
}

/** A segment's draft: from the centre, from this page before it's kept, back to the centre. */
export function useDraft(segment: string | null) {
  const queries = useQueryClient();
  const [text, setText] = useState(() => remembered(segment) ?? "");
  const [kept, setKept] = useState<Kept>("none");
  const touched = useRef(remembered(segment) !== null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const waiting = useRef<string | null>(null);
  const found = useQuery({
    queryKey: ["desk-note", segment],
    queryFn: () => body(api.GET("/api/desk/note")),
    enabled: segment !== null,
    staleTime: 0,
    gcTime: 0,
  }).data;
  useEffect(() => {
    const mine = found?.find((one) => one.segment === segment);
    if (mine === undefined || touched.current) return;
    setText(mine.note);
    remember(segment, mine.note);
    setKept("kept");
  }, [found, segment]);
  const save = useCallback(async () => {
    clearTimeout(timer.current);
    const note = waiting.current;
    if (note === null || segment === null) return;
    waiting.current = null;
    try {
      await api.POST("/api/desk/note", { body: { segment, note }, keepalive: true });
      if (waiting.current === null) setKept("kept");
    } catch {
      waiting.current ??= note;
      setKept("failed");
      timer.current = setTimeout(() => void save(), 3000);
    }
  }, [segment]);
  useEffect(() => {
    const leaving = () => {
      if (document.hidden) void save();
    };
    document.addEventListener("visibilitychange", leaving);
    return () => {
      document.removeEventListener("visibilitychange", leaving);
      void save();
      void queries.invalidateQueries({ queryKey: ["desk-note", segment] });
    };
  }, [save, queries, segment]);
  const write = useCallback(
    (next: string) => {
      touched.current = true;
      setText(next);
      remember(segment, next);
      waiting.current = next;
      setKept("writing");
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void save(), QUIET_MS);
    },
    [save, segment],
  );
  return { text, write, kept };
}
