import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";

import type { SegmentLine } from "@/api/schema.gen";
import { useAgentName } from "@/parts/names";
import { queueName } from "@/parts/queueName";
import { clock, timeOfDay } from "@/words/format";

import type { Chapter, Why } from "./chapters";
import classes from "./Contacts.module.css";

/** The contact's way, from the first prompt to the code, with the reason of each decision. */
export function Chapters({ chapters, segments, names }: Props) {
  return (
    <Names.Provider value={names}>
    <ol className={classes.chapters}>
      {chapters.map((one) => (
        <ChapterLine key={`${one.kind}${one.from}`} chapter={one} segments={segments} />
      ))}
    </ol>
    </Names.Provider>
  );
}

interface Props {
  chapters: Chapter[];
  segments: SegmentLine[];
  /** What the agents of this record are called, for whoever can't look it up. */
  names: { [agent: string]: string };
}

const Names = createContext<Props["names"]>({});

function useName(): (agent: string) => string {
  const names = useContext(Names);
  const name = useAgentName();
  return (agent) => names[agent] ?? name(agent);
}

function ChapterLine({ chapter, segments }: { chapter: Chapter; segments: SegmentLine[] }) {
  const { t } = useTranslation("contacts");
  const name = useName();
  const about = [
    chapter.queue && queueName(chapter.queue),
    chapter.agent && name(chapter.agent),
    chapter.said && saidOf(chapter, t),
  ].filter(Boolean);
  const note =
    chapter.kind === "wrapUp"
      ? segments.find((one) => one.closed === chapter.to && one.agent === chapter.agent)?.note
      : undefined;
  return (
    <li data-kind={chapter.kind}>
      <time>{timeOfDay(chapter.from, true)}</time>
      <div className={classes.chapter}>
        <span>
          <b>{t(`chapter.${chapter.kind}`)}</b>
          {about.length > 0 && ` · ${about.join(" · ")}`}
        </span>
        {chapter.why && <WhyThis why={chapter.why} />}
        {note && <p className={classes.note}>{note}</p>}
      </div>
      <span className="figure">
        {chapter.to === null ? t("goesOn") : clock(chapter.to - chapter.from)}
      </span>
    </li>
  );
}

type Translate = ReturnType<typeof useTranslation<"contacts">>["t"];

function saidOf(chapter: Chapter, t: Translate): string {
  const said = chapter.said ?? "";
  if (chapter.kind === "wait") return t(`ends:outcome.${said}`, { defaultValue: said });
  if (chapter.kind === "ring") return t(`ends:reason.${said}`, { defaultValue: said });
  return said;
}

/** Why this agent: the first candidates in their order, and why others weren't any. */
function WhyThis({ why }: { why: Why }) {
  const { t } = useTranslation("contacts");
  const name = useName();
  const excluded = Object.entries(why.excluded).map(
    ([reason, count]) => `${t(`excluded.${reason}`, { defaultValue: reason })} ${count}`,
  );
  return (
    <details className={classes.why}>
      <summary>{t("why", { count: why.eligible })}</summary>
      <ol>
        {why.candidates.map((one) => (
          <li key={one.agent}>
            {name(one.agent)} <span className="figure">{t("idle", { time: clock(one.idle_us) })}</span>
          </li>
        ))}
      </ol>
      <p>
        {t("policy", { policy: why.policy })}
        {excluded.length > 0 && ` ${t("notThese", { list: excluded.join(", ") })}`}
      </p>
    </details>
  );
}
