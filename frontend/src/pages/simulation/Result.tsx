import { Button, SegmentedControl, Select, Skeleton } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Simulation, SimulationReport } from "@/api/schema.gen";
import { IconDownload } from "@/parts/icons";
import { moment, number } from "@/words/format";

import { useVariantName } from "./changes";
import { clientsOf, timesOf, titleOf } from "./report";
import classes from "./Simulation.module.css";
import { Compared, ByQueue, Estimated, Intervals, Promises, Trusted } from "./Tables";

const Charts = lazy(() => import("./Charts"));
const FORMS = ["html", "csv", "json"] as const;

interface Props {
  report: SimulationReport;
  /** The one that was played here; else it's from a file of this name. */
  played?: Simulation;
  from?: string;
  client: string;
  chooseClient: (client: string) => void;
}

/** What it came to: everything in all, by the interval as charts, by client and queue, promises. */
export function Result({ report, played, from, client: wanted, chooseClient }: Props) {
  const { t } = useTranslation("simulation");
  const name = useVariantName();
  const clients = clientsOf(report);
  const client = clients.length > 1 && clients.includes(wanted) ? wanted : "";
  const [variant, setVariant] = useState(0);
  const shown = report.variants[variant] ?? report.variants[0];
  if (shown === undefined) return null;
  const faults = report.variants.reduce((sum, one) => sum + one.lost + one.incidents, 0);
  return (
    <>
      <header className={classes.head}>
        <div>
          <h2>{titleOf(report.scenario)}</h2>
          <p>
            {t("runs", { count: report.seeds.length, contacts: number(shown.contacts) })}
            {" · "}
            {played ? t("playedBy", { time: moment(played.began), name: played.by }) : from}
          </p>
        </div>
        {clients.length > 1 && (
          <Select
            size="xs"
            w={180}
            aria-label={t("client")}
            data={[{ value: "", label: t("allClients") }, ...clients]}
            value={client}
            onChange={(value) => chooseClient(value ?? "")}
            allowDeselect={false}
          />
        )}
        {played && (
          <div className={classes.downloads}>
            {FORMS.map((form) => (
              <Button
                key={form}
                component="a"
                href={`/api/simulations/${played.id}/report?format=${form}&download=true`}
                download
                size="compact-sm"
                variant="default"
                leftSection={<IconDownload size={14} />}
              >
                {t(`form.${form}`)}
              </Button>
            ))}
          </div>
        )}
      </header>
      {faults > 0 && (
        <p className={classes.faults} role="alert">
          {t("faults", { count: faults })}
        </p>
      )}
      {(played?.says ?? []).map((line) => (
        <p key={line} className={classes.about}>
          {line}
        </p>
      ))}
      {(report.trust ?? []).length > 0 && <Trusted report={report} />}
      <Compared report={report} client={client} />
      {timesOf(report).length > 1 && (
        <Suspense fallback={<Skeleton height={420} />}>
          <Charts report={report} client={client} />
        </Suspense>
      )}
      {report.variants.some((one) => one.promises.length > 0) && (
        <Promises report={report} client={client} />
      )}
      {report.variants.length > 1 && (
        <div className={classes.which}>
          <span>{t("tablesOf")}</span>
          <SegmentedControl
            size="xs"
            aria-label={t("tablesOf")}
            value={String(variant)}
            onChange={(value) => setVariant(Number(value))}
            data={report.variants.map((one, place) => ({
              value: String(place),
              label: name(one.name, place),
            }))}
          />
        </div>
      )}
      <ByQueue report={report} variant={shown} first={variant === 0} client={client} />
      <Estimated variant={shown} client={client} />
      {timesOf(report).length > 1 && <Intervals report={report} variant={shown} client={client} />}
    </>
  );
}
