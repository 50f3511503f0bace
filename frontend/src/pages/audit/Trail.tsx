import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { Noted } from "@/api/schema.gen";
import { useMaybeMe } from "@/api/session";
import { Empty } from "@/parts/Empty";
import { useAgentName } from "@/parts/names";
import { TableFoot } from "@/parts/TableFoot";
import { Trouble } from "@/parts/Trouble";
import { VirtualTable } from "@/parts/VirtualTable";
import { useAction } from "@/shell/actions";
import { recent } from "@/words/format";

import classes from "./Audit.module.css";
import { isKind } from "./kinds";
import type { AuditSearch, Changes } from "./search";

const PAGE = 100;

interface Props {
  search: AuditSearch;
  change: (changes: Changes) => void;
}

/** What was noted, the newest first; more comes as one scrolls. */
export function Trail({ search, change }: Props) {
  const { t } = useTranslation("audit");
  const found = useTrail(search);
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.noted) ?? [], [found.data]);
  const columns = useColumns(change);
  const refresh = () => void found.refetch();
  useAction({ label: t("refresh"), keys: "r", group: t("title"), run: refresh });
  const more = () => {
    if (found.hasNextPage && !found.isFetchingNextPage) void found.fetchNextPage();
  };
  if (found.error) return <Trouble error={found.error} again={refresh} />;
  if (found.isPending) {
    return (
      <div className={classes.box} aria-busy="true">
        {Array.from({ length: 14 }, (_, index) => (
          <Skeleton key={index} height={22} m={12} />
        ))}
      </div>
    );
  }
  if (rows.length === 0) {
    return (
      <div className={classes.box}>
        <Empty title={t("none")}>{found.hasNextPage ? t("noneSoFar") : t("noneMend")}</Empty>
        {found.hasNextPage && (
          <Button
            size="xs"
            variant="default"
            className={classes.back ?? ""}
            loading={found.isFetchingNextPage}
            onClick={more}
          >
            {t("furtherBack")}
          </Button>
        )}
      </div>
    );
  }
  return (
    <>
      <VirtualTable
        name={t("title")}
        rows={rows}
        columns={columns}
        idOf={(row) => `${row.at} ${row.actor} ${row.what}`}
        atEnd={more}
      />
      <TableFoot
        shows={
          found.hasNextPage
            ? t("shownSome", { count: rows.length })
            : t("shownAll", { count: rows.length })
        }
        refresh={{ label: t("refresh"), busy: found.isRefetching, run: refresh }}
      />
    </>
  );
}

function useTrail(search: AuditSearch) {
  return useInfiniteQuery({
    queryKey: ["audit", search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/audit", {
          params: {
            query: {
              ...(search as object),
              limit: PAGE,
              ...(pageParam === undefined ? {} : { after: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.cursor ?? undefined,
  });
}

const column = createColumnHelper<Noted>();

function useColumns(change: Props["change"]) {
  const { t, i18n } = useTranslation("audit");
  const operator = useMaybeMe()?.client === null;
  const sentence = useSentence();
  return useMemo(
    () => [
      column.accessor("at", { header: t("when"), size: 124, cell: (cell) => recent(cell.getValue()) }),
      column.accessor("actor", {
        header: t("who"),
        size: 150,
        cell: ({ row }) => <Who row={row.original} choose={(actor) => change({ actor })} />,
      }),
      column.accessor("what", {
        header: t("did"),
        size: 330,
        cell: ({ row }) => <span title={sentence(row.original)}>{sentence(row.original)}</span>,
      }),
      column.display({
        id: "ref",
        header: t("contact"),
        size: 130,
        cell: ({ row }) => {
          const ref = row.original.about.ref;
          return (
            ref && (
              <Link to="/contacts" search={{ open: ref }} className={classes.link}>
                {ref}
              </Link>
            )
          );
        },
      }),
      ...(operator
        ? [
            column.accessor("client", {
              header: t("client"),
              size: 110,
              cell: (cell) => cell.getValue() ?? <span className={classes.dim}>{t("ofNone")}</span>,
            }),
          ]
        : []),
    ],
    [t, i18n.language, operator, sentence, change],
  );
}

/** Who did it: click to see all that they did. */
function Who({ row, choose }: { row: Noted; choose: (actor: string) => void }) {
  const { t } = useTranslation("audit");
  const [account, token] = row.actor.split("/");
  if (!/^U\d+$/.test(account ?? "")) return t("commandLine");
  return (
    <button
      type="button"
      className={classes.who}
      title={t("allOfTheirs")}
      onClick={() => choose(account ?? row.actor)}
    >
      {row.name ?? account}
      {token !== undefined && <span className={classes.dim}> {t("byToken", { token })}</span>}
    </button>
  );
}

/** What was done, as one reads it. */
function useSentence(): (row: Noted) => string {
  const { t, i18n } = useTranslation("audit");
  const name = useAgentName();
  return useMemo(
    () => (row) => {
      const { about } = row;
      const values = {
        ...about,
        agent: name(about.agent),
        agents: (about.agents ?? "").split(", ").map(name).join(", "),
        raised: about.raised ?? "",
        account: row.account ?? about.account ?? "",
        board: about.board ?? "",
        format: (about.format ?? "").toUpperCase(),
        report: about.what?.startsWith("reports/")
          ? t(`reports:kind.${about.what.slice("reports/".length)}`)
          : (about.what?.replace(/^simulations\//, `${t("simulation:title")} `) ?? ""),
        mode: about.kind ? t(`modes:kind.${about.kind}`) : "",
        version: (about.version ?? "").slice(0, 8),
      };
      if (!isKind(row.what)) return row.what;
      return about.how === undefined
        ? t(`says.${row.what}`, values)
        : t(`says.${row.what}.${about.how}`, values);
    },
    [t, i18n.language, name],
  );
}
