import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { DeskRow, TaskOutcome, TaskRow } from "@/api/schema.gen";
import { serverNow, useSecond } from "@/feed/clock";
import { useRows } from "@/feed/hooks";
import {
  IconChevronDown,
  IconPhoneOutgoing,
  IconPhoneX,
  IconRecordMail,
} from "@/parts/icons";
import { queueName } from "@/parts/queueName";
import { Keys } from "@/parts/Keys";
import { useCommand } from "@/parts/useCommand";
import { ariaKeys, useAction } from "@/shell/actions";
import { clock, moment } from "@/words/format";

import { useIncoming } from "./attention";
import classes from "./Tasks.module.css";
import { clientStyle } from "./style";
import { type Clients, may } from "./useDesk";

const MINUTE_US = 60_000_000;

/** Work that isn't a call now: promised callbacks, voicemails, callers who gave up. What I'm asked
 * about comes first, then mine, then by when it's due. */
export function Tasks({ row, clients }: { row: DeskRow; clients: Clients }) {
  const { t } = useTranslation("desk");
  const me = row.agent.agent;
  const mine = useCallback(
    (one: TaskRow) =>
      clients.has(one.client) &&
      (one.holder === me ||
        one.offered === me ||
        (one.holder === null &&
          one.offered === null &&
          (one.agent === null || one.agent === me))),
    [clients, me],
  );
  const tasks = useRows("tasks", mine);
  if (tasks.length === 0 || row.agent.presence === "signed_out") return null;
  const first = (one: TaskRow) => (one.offered === me ? 0 : one.holder === me ? 1 : 2);
  const sorted = [...tasks].sort((a, b) => first(a) - first(b) || a.at - b.at);
  return (
    <section className={classes.tasks} aria-label={t("tasks")}>
      <h2>{t("tasks")}</h2>
      <ul>
        {sorted.map((one) => (
          <Task key={one.task} one={one} row={row} clients={clients} />
        ))}
      </ul>
    </section>
  );
}

const ICONS = { callback: IconPhoneOutgoing, voicemail: IconRecordMail, abandoned: IconPhoneX };

function Task({ one, row, clients }: { one: TaskRow; row: DeskRow; clients: Clients }) {
  const { t } = useTranslation("desk");
  const take = useTaskCommand("/api/tasks/{task}/take", one.task);
  const held = one.holder === row.agent.agent;
  const offered = one.offered === row.agent.agent;
  const client = clients.get(one.client);
  const Icon = ICONS[one.kind];
  return (
    <li
      style={clientStyle(client)}
      data-held={held || undefined}
      data-offered={offered || undefined}
    >
      <div className={classes.line}>
        <Icon size={18} />
        <div className={classes.what}>
          <strong>{t(`task.${one.kind}`)}</strong>
          <span>
            {[client?.name ?? one.client, queueName(one.queue)].filter(Boolean).join(" · ")}
            {one.ref && " · "}
            {one.ref && !held && one.ref}
            {one.ref && held && (
              <Link to="/contacts" search={{ client: one.client, task: one.task, open: one.ref }}>
                {one.ref}
              </Link>
            )}
          </span>
        </div>
        <Due one={one} />
        {!held && !offered && (
          <Button variant="default" loading={take.isPending} onClick={() => take.mutate({})}>
            {t("takeTask")}
          </Button>
        )}
      </div>
      {offered && <Offered one={one} client={client?.name ?? one.client} />}
      {held && <Held one={one} row={row} />}
    </li>
  );
}

/** I'm asked: yes or no, until the offer lapses; no phone rings for it. */
function Offered({ one, client }: { one: TaskRow; client: string }) {
  const { t } = useTranslation("desk");
  const take = useTaskCommand("/api/tasks/{task}/take", one.task);
  const decline = useTaskCommand("/api/tasks/{task}/decline", one.task);
  const group = t("tasks");
  useAction({ label: t("acceptTask"), group, keys: "alt+a", run: () => take.mutate({}) });
  useAction({ label: t("declineTask"), group, keys: "alt+d", run: () => decline.mutate({}) });
  const about = [client, queueName(one.queue)].filter(Boolean).join(" · ");
  useIncoming({ id: `${one.task}/${one.lapses}`, title: t(`task.${one.kind}`), body: about }, () =>
    take.mutate({}),
  );
  useSecond();
  const left = Math.max(0, (one.lapses ?? 0) - serverNow());
  return (
    <div className={classes.offered} role="alert">
      <span>{t("taskOffered", { time: clock(left) })}</span>
      <Button
        rightSection={<Keys keys="alt+a" />}
        aria-keyshortcuts={ariaKeys("alt+a")}
        loading={take.isPending}
        onClick={() => take.mutate({})}
      >
        {t("acceptTask")}
      </Button>
      <Button
        variant="default"
        rightSection={<Keys keys="alt+d" />}
        aria-keyshortcuts={ariaKeys("alt+d")}
        onClick={() => decline.mutate({})}
      >
        {t("declineTask")}
      </Button>
    </div>
  );
}

function Due({ one }: { one: TaskRow }) {
  const { t } = useTranslation("desk");
  useSecond();
  const late = serverNow() - one.at;
  return (
    <span className={classes.due} data-late={late > 0 || undefined}>
      {late > 0 ? t("late", { time: clock(late) }) : t("dueAt", { time: moment(one.at) })}
      {one.tries > 0 && <small>{t("tries", { count: one.tries })}</small>}
    </span>
  );
}

/** Mine now: number and note are shown, the message is heard, and it ends with what came of it. */
function Held({ one, row }: { one: TaskRow; row: DeskRow }) {
  const { t } = useTranslation("desk");
  const detail = useQuery({
    queryKey: ["desk-task", one.task, one.since],
    queryFn: () => body(api.GET("/api/tasks/{task}", { params: { path: { task: one.task } } })),
  }).data;
  const call = useTaskCommand("/api/tasks/{task}/call", one.task);
  const back = useTaskCommand("/api/tasks/{task}/give-back", one.task);
  const number = detail?.number ?? null;
  return (
    <div className={classes.held}>
      {number !== null && <strong className="figure">{number}</strong>}
      {detail?.note && <p>{detail.note}</p>}
      {one.kind === "voicemail" && (
        <audio controls preload="none" src={`/api/tasks/${one.task}/recording`} aria-label={t("message")} />
      )}
      <div className={classes.acts}>
        <Button
          leftSection={<IconPhoneOutgoing size={16} />}
          disabled={number === null || !may(row, "call")}
          loading={call.isPending}
          onClick={() => call.mutate({})}
        >
          {t("call")}
        </Button>
        <Outcomes task={one.task} />
        <Button variant="subtle" onClick={() => back.mutate({})}>
          {t("giveBack")}
        </Button>
      </div>
    </div>
  );
}

/** What came of it, and when it's tried again. */
const OUTCOMES: { outcome: TaskOutcome; againMin?: number }[] = [
  { outcome: "reached" },
  { outcome: "no_answer", againMin: 60 },
  { outcome: "busy", againMin: 15 },
  { outcome: "wrong_number" },
  { outcome: "not_needed" },
];

function Outcomes({ task }: { task: string }) {
  const { t } = useTranslation("desk");
  const finish = useTaskCommand("/api/tasks/{task}/finish", task);
  return (
    <Menu position="bottom-start" width={260} shadow="md">
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={14} />} loading={finish.isPending}>
          {t("taskDone")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {OUTCOMES.map(({ outcome, againMin }) => (
          <Menu.Item
            key={outcome}
            onClick={() => {
              const again = againMin === undefined ? null : serverNow() + againMin * MINUTE_US;
              finish.mutate({ outcome, again });
            }}
          >
            {t(`outcome.${outcome}`)}
            {againMin !== undefined && <small> · {t("againIn", { count: againMin })}</small>}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

type TaskPath =
  | "/api/tasks/{task}/take"
  | "/api/tasks/{task}/decline"
  | "/api/tasks/{task}/call"
  | "/api/tasks/{task}/give-back"
  | "/api/tasks/{task}/finish";

/** A command about one task. */
function useTaskCommand(path: TaskPath, task: string) {
  return useCommand<object>((key, given) => {
    const post = api.POST as (path: string, init: object) => Promise<{ data?: unknown }>;
    const params = { path: { task }, header: { "Idempotency-Key": key } };
    return body(post(path, Object.keys(given).length > 0 ? { params, body: given } : { params }));
  });
}
