import { Button, CloseButton, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { PastAlert } from "@/api/schema.gen";
import { useTable } from "@/feed/hooks";
import { useAlertWords } from "@/parts/alerts";
import { Empty } from "@/parts/Empty";
import { Panel } from "@/parts/Panel";
import { Trouble } from "@/parts/Trouble";
import { VirtualTable } from "@/parts/VirtualTable";
import { clock, recent } from "@/words/format";

import classes from "./Alerts.module.css";
import type { AlertsSearch } from "./search";

const PAGE = 100;

/** Alerts that are over, the last first: when, how long, why it ended. */
export function Past({ search, all }: { search: AlertsSearch; all: () => void }) {
  const { t } = useTranslation("alerts");
  const found = usePast(search);
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.past) ?? [], [found.data]);
  const columns = useColumns();
  const more = () => {
    if (found.hasNextPage && !found.isFetchingNextPage) void found.fetchNextPage();
  };
  return (
    <Panel
      title={t("past")}
      className={classes.past ?? ""}
      side={
        search.rule !== undefined && (
          <span className={classes.chip}>
            {search.rule}
            <CloseButton size="xs" onClick={all} aria-label={t("allRules")} />
          </span>
        )
      }
    >
      {found.error ? (
        <Trouble error={found.error} again={() => void found.refetch()} />
      ) : found.isPending ? (
        <Skeleton height={240} m="md" />
      ) : rows.length === 0 ? (
        <Empty title={t("nonePast")}>
          {found.hasNextPage ? (
            <Button size="xs" variant="default" loading={found.isFetchingNextPage} onClick={more}>
              {t("furtherBack")}
            </Button>
          ) : (
            t("nonePastMeans")
          )}
        </Empty>
      ) : (
        <VirtualTable
          name={t("past")}
          rows={rows}
          columns={columns}
          idOf={(row) => `${row.alert} ${row.raised}`}
          atEnd={more}
        />
      )}
    </Panel>
  );
}

function usePast({ client, rule }: AlertsSearch) {
  const raised = useTable("alerts");
  const found = useInfiniteQuery({
    queryKey: ["past-alerts", client, rule],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/alerts/past", {
          params: {
            query: {
              limit: PAGE,
              ...(client === undefined ? {} : { client }),
              ...(rule === undefined ? {} : { alert: rule }),
              ...(pageParam === undefined ? {} : { after: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.cursor ?? undefined,
  });
  const standing = [...raised.keys()].sort().join(" ");
  useEffect(() => void found.refetch(), [standing]); // what was cleared just now
  return found;
}

const column = createColumnHelper<PastAlert>();

function useColumns() {
  const { t, i18n } = useTranslation("alerts");
  const words = useAlertWords();
  return useMemo(
    () => [
      column.accessor("raised", {
        header: t("raisedAt"),
        size: 124,
        cell: (cell) => recent(cell.getValue()),
      }),
      column.display({
        id: "what",
        header: t("what"),
        size: 180,
        cell: ({ row }) => <span title={words.what(row.original)}>{words.what(row.original)}</span>,
      }),
      column.display({
        id: "where",
        header: t("where"),
        size: 130,
        cell: ({ row }) => words.where(row.original),
      }),
      column.display({
        id: "lasted",
        header: t("lasted"),
        size: 72,
        meta: { right: true },
        cell: ({ row }) => clock(row.original.cleared - row.original.raised),
      }),
      column.accessor("why", {
        header: t("ended"),
        size: 110,
        cell: (cell) => t(`why.${cell.getValue()}`),
      }),
    ],
    [t, i18n.language],
  );
}
