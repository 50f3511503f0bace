import { Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { ContactLine } from "@/api/schema.gen";
import { useMaybeMe, useMay } from "@/api/session";
import { Empty } from "@/parts/Empty";
import { IconPlayerRecord } from "@/parts/icons";
import { useAgentName } from "@/parts/names";
import { queueName } from "@/parts/queueName";
import { Reference } from "@/parts/Reference";
import { TableFoot } from "@/parts/TableFoot";
import { Trouble } from "@/parts/Trouble";
import { VirtualTable } from "@/parts/VirtualTable";
import { useAction } from "@/shell/actions";
import { clock, money, recent } from "@/words/format";

import classes from "./Contacts.module.css";
import { CallBack } from "./CallBack";
import type { ContactsSearch } from "./search";

const PAGE = 100;

/** What the record beside the table says better. */
const BESIDE_A_RECORD = { codes: false, earned: false, talk_us: false, recordings: false };

/** On a phone: when, which, how it ended, how long it waited. */
const NARROW = { ...BESIDE_A_RECORD, caller: false, queue: false, agents: false };
const PHONE = "(max-width: 480px)";

interface Props {
  search: ContactsSearch;
  open: (ref: string) => void;
}

/** The contacts that pass the filters, the newest first; more come as one scrolls. */
export function ContactTable({ search, open }: Props) {
  const { t } = useTranslation("contacts");
  const found = useContacts(search);
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.contacts) ?? [], [found.data]);
  const narrow = useMediaQuery(PHONE, false, { getInitialValueInEffect: false });
  const columns = useColumns(open, search.outcome === "abandoned", narrow);
  useSteps(rows, search.open, open);
  const refresh = () => void found.refetch();
  useAction({ label: t("refresh"), keys: "r", group: t("title"), run: refresh });
  if (found.error) return <Trouble error={found.error} again={refresh} />;
  if (found.isPending) {
    return (
      <div className={classes.skeletons} aria-busy="true">
        {Array.from({ length: 14 }, (_, index) => (
          <Skeleton key={index} height={22} />
        ))}
      </div>
    );
  }
  if (rows.length === 0) {
    return (
      <div className={classes.emptyTable}>
        {Object.keys(search).some((name) => name !== "open") ? (
          <Empty title={t("none")}>{t("noneMend")}</Empty>
        ) : (
          <Empty title={t("nothingYet")}>{t("nothingYetMend")}</Empty>
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
        idOf={(row) => row.ref}
        hidden={narrow ? NARROW : search.open === undefined ? undefined : BESIDE_A_RECORD}
        chosen={search.open}
        choose={open}
        atEnd={() => {
          if (found.hasNextPage && !found.isFetchingNextPage) void found.fetchNextPage();
        }}
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

function useContacts(search: ContactsSearch) {
  const { open: _, ...filters } = search;
  return useInfiniteQuery({
    queryKey: ["contacts", filters],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/api/contacts", {
          params: {
            query: {
              ...(filters as object),
              limit: PAGE,
              ...(pageParam === undefined ? {} : { after: pageParam }),
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.cursor ?? undefined,
  });
}

/** With a record open, j and k go to the next and the one before. */
function useSteps(rows: ContactLine[], chosen: string | undefined, open: (ref: string) => void) {
  const { t } = useTranslation("contacts");
  const at = rows.findIndex((row) => row.ref === chosen);
  const step = (by: number) => {
    const next = rows[at + by];
    if (next !== undefined) open(next.ref);
  };
  const group = t("title");
  useAction({ label: t("next"), keys: "j", group, run: () => step(1) });
  useAction({ label: t("previous"), keys: "k", group, enabled: at > 0, run: () => step(-1) });
}

type Translate = ReturnType<typeof useTranslation<"contacts">>["t"];

/** How what never waited ended: a call of ours as it went, another in the menu. */
function endOf(row: ContactLine, t: Translate): string {
  if (!row.outbound) return t("noWait");
  return row.talk_us > 0 || row.ended_why === null
    ? t("calledOut")
    : t(`ends:reason.${row.ended_why}`);
}

const column = createColumnHelper<ContactLine>();

function useColumns(open: (ref: string) => void, abandoned: boolean, narrow: boolean) {
  const { t, i18n } = useTranslation("contacts");
  const name = useAgentName();
  const may = useMay();
  const agent = useMaybeMe()?.agent;
  const callsBack = abandoned && Boolean(agent) && may("desk");
  return useMemo(
    () => [
      column.accessor("arrived", {
        header: t("arrived"),
        size: narrow ? 82 : 112,
        cell: (cell) => <time>{recent(cell.getValue())}</time>,
      }),
      column.accessor("ref", {
        header: t("contact"),
        size: narrow ? 112 : 130,
        cell: (cell) => (
          <button
            type="button"
            className={classes.open}
            onClick={(event) => {
              event.stopPropagation();
              open(cell.getValue());
            }}
          >
            <Reference of={cell.getValue()} />
          </button>
        ),
      }),
      ...(may("personal.read")
        ? [column.accessor("caller", { header: t("caller"), size: 120, cell: (cell) => cell.getValue() ?? <span className={classes.going}>{cell.row.original.erased ? t("erased") : t("hidden")}</span> })]
        : []),
      column.accessor("queue", {
        header: t("queue"),
        size: 100,
        cell: (cell) => queueName(cell.getValue()),
      }),
      column.accessor("outcome", {
        header: t("outcome"),
        size: 100,
        cell: (cell) => {
          const { state, outcome } = cell.row.original;
          return state === "ended" ? (
            <span className={classes.outcome} data-outcome={outcome}>
              {outcome === null ? endOf(cell.row.original, t) : t(`ends:outcome.${outcome}`)}
            </span>
          ) : (
            <span className={classes.outcome} data-goes-on={state}>
              {t(`ends:state.${state}`)}
            </span>
          );
        },
      }),
      column.accessor("agents", {
        header: t("agent"),
        size: 110,
        cell: (cell) => cell.getValue().map(name).join(", "),
      }),
      column.accessor("waited_us", {
        header: t("waited"),
        size: 70,
        meta: { right: true },
        cell: (cell) => waited(cell.row.original),
      }),
      column.accessor("talk_us", {
        header: t("talked"),
        size: 70,
        meta: { right: true },
        cell: (cell) => clock(cell.getValue() || null),
      }),
      column.accessor("codes", {
        header: t("code"),
        size: 130,
        cell: (cell) => cell.getValue().join(", "),
      }),
      ...(may("invoices.read")
        ? [
            column.accessor("earned", {
              header: t("earned"),
              size: 84,
              meta: { right: true },
              cell: (cell) => money(cell.getValue()),
            }),
          ]
        : []),
      ...(callsBack
        ? [
            column.display({
              id: "callBack",
              header: () => <span className="visually-hidden">{t("callBack")}</span>,
              size: 108,
              meta: { fixed: true },
              cell: ({ row }) => <CallBack row={row.original} />,
            }),
          ]
        : []),
      column.accessor("recordings", {
        header: () => <span className="visually-hidden">{t("recorded")}</span>,
        size: 36,
        meta: { fixed: true },
        cell: (cell) =>
          cell.getValue() > 0 && (
            <IconPlayerRecord size={14} role="img" aria-hidden={undefined} aria-label={t("recorded")} />
          ),
      }),
    ],
    [t, i18n.language, name, open, narrow, callsBack],
  );
}

/** How long it waited; nothing yet is no wait of 0:00. */
function waited(row: ContactLine): string {
  return clock(row.state !== "ended" && row.waited_us === 0 ? null : row.waited_us);
}
