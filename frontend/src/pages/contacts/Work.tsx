import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Contact, Moment } from "@/api/schema.gen";
import { useAgentName } from "@/parts/names";
import { moment } from "@/words/format";

import classes from "./Contacts.module.css";

/** What was to be done about this contact and what came of it; of a call for it, what it was for.
 * Each leads to the contact that it's about and the calls made for it. */
export function Work({ contact }: { contact: Contact }) {
  const { t } = useTranslation("contacts");
  const name = useAgentName();
  const called = (agent: string) => contact.names[agent] ?? name(agent);
  const { ref, client, tasks, outbound } = contact.summary;
  return (
    <ul className={classes.work}>
      {tasks.map((task) => {
        const mine = contact.history.filter((one) => one.detail.task === task);
        return (
          <li key={task}>
            <Link to="/contacts" search={{ client, task, open: ref }}>
              {task}
            </Link>{" "}
            {mine.map((one, index) => {
              const said = saidOf(one, called, t);
              return (
                said && (
                  <span key={`${one.at}-${index}`}>
                    {said} <small>{moment(one.at)}</small>
                  </span>
                )
              );
            })}
            {outbound && <span>{t("calledFor")}</span>}
          </li>
        );
      })}
    </ul>
  );
}

type Translate = ReturnType<typeof useTranslation<"contacts">>["t"];

function saidOf(one: Moment, name: (agent: string) => string, t: Translate): string {
  const { kind, agent, outcome } = one.detail;
  switch (one.what) {
    case "tasks.TaskAdded":
      return t(`desk:task.${kind}`, { defaultValue: kind ?? "" });
    case "tasks.TaskTaken":
      return t("takenBy", { name: name(agent ?? "") });
    case "tasks.TaskTried":
    case "tasks.TaskDone":
      return t(`taskOutcome.${outcome}`, { defaultValue: outcome ?? "" });
    default:
      return "";
  }
}
