import { ActionIcon, CloseButton, CopyButton, Skeleton, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { Contact } from "@/api/schema.gen";
import { useMay, useMaybeMe } from "@/api/session";
import { IconCheck, IconCopy } from "@/parts/icons";
import { useAgentName } from "@/parts/names";
import { queueName } from "@/parts/queueName";
import { Reasons } from "@/parts/Reasons";
import { Trouble } from "@/parts/Trouble";
import { useCommand } from "@/parts/useCommand";
import { useAction } from "@/shell/actions";
import { clock, money, moment, number, percent, timeOfDay } from "@/words/format";

import { Chapters } from "./Chapters";
import { chaptersOf } from "./chapters";
import classes from "./Contacts.module.css";
import { InTurn } from "./InTurn";
import { Player } from "./Player";
import { Work } from "./Work";

/** One contact's whole record. */
export function Record({ reference, close }: { reference: string; close: () => void }) {
  const { t } = useTranslation("contacts");
  useAction({ label: t("closeRecord"), keys: "escape", run: close });
  const record = useQuery({
    queryKey: ["contact", reference],
    queryFn: () =>
      body(api.GET("/api/contacts/{ref}", { params: { path: { ref: reference } } })),
    refetchInterval: (query) => (query.state.data?.summary.ended === null ? 3000 : false),
  });
  return (
    <aside className={classes.record} aria-label={t("recordOf", { contact: reference })}>
      <header className={classes.recordHead}>
        <h2>{reference}</h2>
        <CopyButton value={reference}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? t("copied") : t("copy")}>
              <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label={t("copy")}>
                {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
        <span className={classes.grow} />
        <Link
          to="/contacts"
          search={{ with: reference, open: reference }}
          className={classes.theirs ?? ""}
        >
          {t("theirs")}
        </Link>
        <CloseButton onClick={close} aria-label={t("closeRecord")} />
      </header>
      <div className={classes.recordBody} tabIndex={0} role="group" aria-label={reference}>
        {record.error ? (
          <Trouble error={record.error} again={() => void record.refetch()} />
        ) : record.data === undefined ? (
          <Loading />
        ) : (
          <Whole contact={record.data} />
        )}
      </div>
    </aside>
  );
}

function Loading() {
  return (
    <div aria-busy="true">
      <Skeleton height={92} mb="md" />
      <Skeleton height={40} mb="md" />
      <Skeleton height={220} />
    </div>
  );
}

function Whole({ contact }: { contact: Contact }) {
  const { t } = useTranslation("contacts");
  const may = useMay();
  const operator = useMaybeMe()?.client === null;
  const chapters = chaptersOf(contact);
  return (
    <>
      <Facts contact={contact} />
      {contact.tracks.length > 0 && may("recordings.read") && (
        <Section title={t("recording")}>
          <Player contact={contact} />
        </Section>
      )}
      <Section title={t("way")}>
        <Chapters chapters={chapters} segments={contact.segments} names={contact.names} />
      </Section>
      {operator && may("floor.read") && (
        <Section title={t("decisions")}>
          <Reasons reference={contact.summary.ref} />
        </Section>
      )}
      {contact.in_turn !== null && (
        <Section title={t("inTurn")}>
          <InTurn contact={contact} turn={contact.in_turn} />
        </Section>
      )}
      {contact.summary.tasks.length > 0 && (
        <Section title={t("work")}>
          <Work contact={contact} />
        </Section>
      )}
      {contact.lines.length > 0 && (
        <Section title={t("money")}>
          <Money contact={contact} />
        </Section>
      )}
      <Section title={t("lines")}>
        <Legs contact={contact} />
      </Section>
      <details className={classes.details}>
        <summary>{t("everything", { count: contact.history.length })}</summary>
        <ol>
          {contact.history.map((one, index) => (
            <li key={`${one.at}-${index}`}>
              <time>{timeOfDay(one.at, true)}</time> <b>{one.what}</b>{" "}
              <span>
                {Object.entries(one.detail)
                  .map(([name, value]) => `${name} ${value}`)
                  .join(" · ")}
              </span>
            </li>
          ))}
        </ol>
      </details>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Facts({ contact }: { contact: Contact }) {
  const { t } = useTranslation("contacts");
  const one = contact.summary;
  const ended =
    one.ended_why === null
      ? t("goesOn")
      : t("ends:endedBy", {
          reason: t(`ends:reason.${one.ended_why}`),
          blame: t(`ends:blame.${one.ended_by}`),
        });
  const facts: [string, ReactNode][] = [
    [t("caller"), <Caller key="caller" reference={one.ref} masked={one.caller} erased={one.erased} />],
    [t("number"), one.number],
    [t("client"), one.client],
    [t("queue"), queueName(one.queue)],
    [t("arrived"), moment(one.arrived, true)],
    [t("ended"), ended],
    [t("waited"), clock(one.waited_us)],
    [t("talked"), clock(one.talk_us)],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="figure">{value || "–"}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The caller's number, masked until somebody asks: who looked is recorded. */
function Caller(
  { reference, masked, erased }: { reference: string; masked: string | null; erased: boolean },
) {
  const { t } = useTranslation("contacts");
  const may = useMay();
  const look = useCommand(() =>
    body(api.POST("/api/contacts/{ref}/reveal", { params: { path: { ref: reference } } })),
  );
  if (masked === null) return erased ? t("erased") : t("hidden");
  if (look.data !== undefined) return look.data.caller;
  return (
    <>
      {masked}{" "}
      {may("personal.read") && (
        <button
          type="button"
          className={classes.reveal}
          title={t("revealNote")}
          onClick={() => look.mutate()}
        >
          {t("reveal")}
        </button>
      )}
    </>
  );
}

function Money({ contact }: { contact: Contact }) {
  const { t } = useTranslation("contacts");
  return (
    <table className={classes.small}>
      <thead>
        <tr>
          <th scope="col">{t("line")}</th>
          <th scope="col" className={classes.right}>{t("quantity")}</th>
          <th scope="col" className={classes.right}>{t("rate")}</th>
          <th scope="col" className={classes.right}>{t("amount")}</th>
        </tr>
      </thead>
      <tbody>
        {contact.lines.map((line) => (
          <tr key={line.line}>
            <td>{line.name}</td>
            <td className={classes.right}>
              {line.quantity} {line.unit}
            </td>
            <td className={classes.right}>{line.rate}</td>
            <td className={classes.right}>{money(line.amount)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={3}>
            {t("sum")}
          </th>
          <td className={classes.right}>{money(contact.summary.earned)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

function Legs({ contact }: { contact: Contact }) {
  const { t } = useTranslation("contacts");
  const name = useAgentName();
  return (
    <table className={classes.small}>
      <thead>
        <tr>
          <th scope="col">{t("who")}</th>
          <th scope="col">{t("upFrom")}</th>
          <th scope="col" className={classes.right}>{t("length")}</th>
          <th scope="col" className={classes.right}>{t("lost")}</th>
          <th scope="col" className={classes.right}>{t("jitter")}</th>
          <th scope="col" className={classes.right}>{t("roundTrip")}</th>
          <th scope="col" className={classes.right} title={t("mosMeans")}>{t("mos")}</th>
        </tr>
      </thead>
      <tbody>
        {contact.legs.map((leg, index) => (
          <tr key={`${leg.started}-${index}`}>
            <td>{leg.agent === null ? t("caller") : name(leg.agent)}</td>
            <td>{leg.connected === null ? t("neverUp") : timeOfDay(leg.connected, true)}</td>
            <td className={classes.right}>
              {leg.connected === null || leg.ended === null
                ? "–"
                : clock(leg.ended - leg.connected)}
            </td>
            <td className={classes.right}>{percent(lossOf(leg), 1)}</td>
            <td className={classes.right}>{number(leg.jitter_us / 1000, 1)} ms</td>
            <td className={classes.right}>
              {leg.round_trip_us === null ? "–" : `${number(leg.round_trip_us / 1000, 0)} ms`}
            </td>
            <td className={classes.right}>{score(leg.mos_in)} / {score(leg.mos_out)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function score(mos: number | null): string {
  return mos === null ? "–" : number(mos, 1);
}

function lossOf(leg: { packets_received: number; packets_lost: number }): number | null {
  const all = leg.packets_received + leg.packets_lost;
  return all === 0 ? null : (100 * leg.packets_lost) / all;
}
