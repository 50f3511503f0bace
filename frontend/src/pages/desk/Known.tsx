import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { ContactRow, DeskRow, Earlier, Figure } from "@/api/schema.gen";
import { queueName } from "@/parts/queueName";
import { clock, moment, number, percent } from "@/words/format";
import { language } from "@/words/i18n";

import classes from "./Known.module.css";
import rail from "./Rail.module.css";

const LATER_MS = 1500;
const TRIES = 6;

/** What this client has had to do with that person before, whoever had it. */
export function EarlierContacts({ row, contact }: { row: DeskRow; contact: ContactRow }) {
  const { t } = useTranslation("desk");
  const found = useQuery({
    queryKey: ["desk-history", contact.ref],
    queryFn: () => body(api.GET("/api/desk/history")),
    staleTime: Infinity,
    // the records, by which a person is found, come a moment after the floor
    refetchInterval: (query) =>
      query.state.data?.length === 0 && query.state.dataUpdateCount < TRIES ? LATER_MS : false,
    enabled: row.agent.contact === contact.ref,
  }).data;
  if (found === undefined || found.length === 0) return null;
  return (
    <section className={classes.earlier}>
      <h2>{t("earlier", { count: found.length })}</h2>
      <ol>
        {found.map((one) => (
          <EarlierLine key={one.ref} one={one} />
        ))}
      </ol>
    </section>
  );
}

function EarlierLine({ one }: { one: Earlier }) {
  const about = [one.reason, queueName(one.queue), ...one.codes, ...one.agents].filter(Boolean);
  return (
    <li>
      <time>{moment(one.arrived)}</time>
      <div>
        <span>{about.join(" · ")}</span>
        {one.notes.map((note, index) => (
          <p key={index}>{note}</p>
        ))}
      </div>
      <span className="figure">{one.talk_us > 0 ? clock(one.talk_us) : ""}</span>
    </li>
  );
}

const REFRESH_MS = 60_000;

/** My day against the team's, by the measures' own definitions. */
export function MyFigures({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  const found = useQuery({
    queryKey: ["desk-figures", row.agent.presence],
    queryFn: () => body(api.GET("/api/desk/figures")),
    refetchInterval: REFRESH_MS,
    placeholderData: (before) => before,
  }).data;
  if (found === undefined || row.agent.presence === "signed_out") return null;
  return (
    <section className={rail.block}>
      <table className={rail.figures}>
        <caption className="visually-hidden">{t("figures")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("today")}</th>
            <th scope="col">{t("figureMe")}</th>
            <th scope="col">{t("figureTeam")}</th>
          </tr>
        </thead>
        <tbody>
          {found.map((one) => (
            <tr key={one.measure}>
              <th scope="row">{language() === "zh" ? one.name_zh : one.name_en}</th>
              <td className="figure">{shown(one, one.mine)}</td>
              <td className="figure">{shown(one, one.team)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function shown(figure: Figure, value: number | null): string {
  if (figure.unit === "us") return clock(value);
  if (figure.unit === "per_cent") return percent(value);
  return number(value, value !== null && value % 1 !== 0 ? 1 : 0);
}
