import { Button, Progress, Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { Simulation as Played, SimulationReport } from "@/api/schema.gen";
import { Empty } from "@/parts/Empty";
import { IconPlayerStop } from "@/parts/icons";
import { Panel } from "@/parts/Panel";
import { Trouble } from "@/parts/Trouble";
import { useCommand } from "@/parts/useCommand";
import { PageTitle } from "@/shell/Shell";
import { number } from "@/words/format";

import { Ask } from "./Ask";
import { Kept, type OpenedFile } from "./Kept";
import { titleOf } from "./report";
import { Result } from "./Result";
import type { SimulationSearch } from "./search";
import classes from "./Simulation.module.css";

const SOON_MS = 1_000; // while one is played
const SELDOM_MS = 15_000; // somebody else may begin one

/** The twin: a scenario or a day as it was, played with the centre's own rules, and what if. */
export function Simulation() {
  const { t } = useTranslation("simulation");
  const search = useSearch({ from: "/simulation" });
  const navigate = useNavigate({ from: "/simulation" });
  const [file, setFile] = useState<OpenedFile>();
  const found = useQuery({
    queryKey: ["simulations"],
    queryFn: () => body(api.GET("/api/simulations")),
    refetchInterval: (query) =>
      query.state.data?.[0]?.state === "running" ? SOON_MS : SELDOM_MS,
  });
  const change = (changes: { [Name in keyof SimulationSearch]: SimulationSearch[Name] | undefined }) =>
    void navigate({
      search: (before: SimulationSearch) =>
        Object.fromEntries(
          Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined),
        ) as SimulationSearch,
      replace: true,
    });
  const choose = (open: number | undefined) => {
    setFile(undefined);
    change({ open, client: undefined });
  };
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />;
  const kept = found.data;
  const one = kept?.find((each) => each.id === search.open) ?? (search.open ? undefined : kept?.[0]);
  return (
    <div className={classes.page}>
      <PageTitle title={t("title")} />
      <div className={classes.side}>
        {kept === undefined ? (
          <Skeleton height={360} />
        ) : (
          <>
            <Ask
              key={search.open ?? 0}
              from={one?.asked}
              running={kept[0]?.state === "running"}
              begun={(begun) => choose(begun.id)}
            />
            <Kept kept={kept} open={file ? undefined : one?.id} choose={choose} opened={setFile} />
          </>
        )}
      </div>
      <div className={classes.result}>
        {file !== undefined ? (
          <Result
            report={file.report}
            from={file.name}
            client={search.client ?? ""}
            chooseClient={(client) => change({ client: client || undefined })}
          />
        ) : kept === undefined ? (
          <Skeleton height={500} />
        ) : one === undefined ? (
          <Panel title={t("title")}>
            <Empty title={t("begin")}>{t("beginMend")}</Empty>
          </Panel>
        ) : (
          <Opened one={one} client={search.client ?? ""} change={change} />
        )}
      </div>
    </div>
  );
}

interface OpenedProps {
  one: Played;
  client: string;
  change: (changes: { client: string | undefined }) => void;
}

/** One that was asked for: how far it is, how it ended, or what it came to. */
function Opened({ one, client, change }: OpenedProps) {
  const { t } = useTranslation("simulation");
  const found = useQuery({
    queryKey: ["simulation", one.id, one.began],
    enabled: one.state === "done",
    staleTime: Infinity,
    queryFn: async (): Promise<SimulationReport> =>
      (await body(
        api.GET("/api/simulations/{simulation}/report", {
          params: { path: { simulation: one.id } },
        }),
      )) as SimulationReport,
  });
  const title = titleOf(one.asked.scenario || one.asked.period || "");
  if (one.state === "running") return <Playing one={one} title={title} />;
  if (one.state !== "done") {
    return (
      <Panel title={title}>
        <div className={classes.ended} role="status">
          <b>{t(`ended.${one.state}`)}</b>
          {(one.says ?? []).map((line) => (
            <code key={line}>{line}</code>
          ))}
          <p>{t(`endedMend.${one.state}`)}</p>
        </div>
      </Panel>
    );
  }
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton height={500} />;
  return (
    <Result
      report={found.data}
      played={one}
      client={client}
      chooseClient={(chosen) => change({ client: chosen || undefined })}
    />
  );
}

function Playing({ one, title }: { one: Played; title: string }) {
  const { t } = useTranslation("simulation");
  const queries = useQueryClient();
  useEffect(() => () => void queries.invalidateQueries({ queryKey: ["simulations"] }), [queries]);
  const cancel = useCommand(
    () =>
      api.POST("/api/simulations/{simulation}/cancel", {
        params: { path: { simulation: one.id } },
      }),
    { stale: [["simulations"]] },
  );
  const percent = one.of > 0 ? (100 * one.runs) / one.of : 0;
  return (
    <Panel title={title}>
      <div className={classes.ended}>
        <b role="status">{t("playing", { done: number(one.runs), of: number(one.of) })}</b>
        <Progress value={percent} animated aria-label={t("progress")} />
        <p>{t("playingSays")}</p>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerStop size={14} />}
          loading={cancel.isPending || cancel.isSuccess}
          onClick={() => cancel.mutate()}
        >
          {t("cancel")}
        </Button>
      </div>
    </Panel>
  );
}
