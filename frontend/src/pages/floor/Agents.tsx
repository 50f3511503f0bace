import { Button, Menu, Skeleton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, memo, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { AgentRow } from "@/api/schema.gen";
import { useMay } from "@/api/session";
import { serverNow, useSecond } from "@/feed/clock";
import { useArrived, useRows } from "@/feed/hooks";
import { teamNow, usePeopleNow } from "@/parts/able";
import { Clock } from "@/parts/Clock";
import { Empty } from "@/parts/Empty";
import { IconAlertTriangle, IconArrowsExchange, IconHandStop, IconMessage } from "@/parts/icons";
import { useAgentName } from "@/parts/names";
import { Panel } from "@/parts/Panel";
import { PresenceMark, usePresenceWords } from "@/parts/Presence";
import { queueName } from "@/parts/queueName";

import { AgentMenu } from "./AgentMenu";
import { type Attention, attention } from "./attention";
import classes from "./Floor.module.css";
import { Move } from "./Move";
import { useMoveWords } from "./moves";
import { useAble } from "./scope";
import type { FloorSearch } from "./search";
import { Tell, type Told } from "./Tell";
import { Why } from "./Why";

export type Who = "there" | "ready";

interface Props {
  search: FloorSearch;
  who: Who;
  choose: (who: Who) => void;
}

/** Agents as tiles; whoever needs somebody comes first, then by state and name. */
export function Agents({ search, who, choose }: Props) {
  const { t } = useTranslation("floor");
  const second = useSecond();
  const box = useRef<HTMLDivElement>(null);
  const { team, client, queue } = search;
  const works = useWorksFor(client);
  const able = useAble(queue);
  const mine = useCallback(
    (row: AgentRow) =>
      (!team || row.team === team || teamNow(row) === team) && works(row.agent) && (able === undefined || able.has(row.agent)),
    [team, works, able],
  );
  const [told, setTold] = useState<Told>();
  const [moved, setMoved] = useState<string[]>();
  const [asked, ask] = useState<string>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>();
  const may = useMay();
  const rows = useRows("agents", mine);
  const arrived = useArrived("agents");
  const there = rows.filter((row) => row.presence !== "signed_out");
  const choosing = chosen !== undefined;
  const sorted = useMemo(() => {
    const now = second > 0 ? serverNow() : 0;
    return there
      .filter((row) => who === "there" || row.presence === "ready")
      .map((row) => ({ row, needs: attention(row, now) }))
      .toSorted(
        // while several are being chosen nothing moves under the pointer
        (a, b) =>
          (choosing ? 0 : a.needs.rank - b.needs.rank) || a.row.agent.localeCompare(b.row.agent),
      );
  }, [rows, second, who, choosing]);
  const toggle = useCallback((agent: string) => {
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(agent)) next.add(agent);
      return next;
    });
  }, []);
  return (
    <Panel
      title={t("agents")}
      side={
        <>
          <div className={classes.filter} role="group" aria-label={t("show")}>
            {(["there", "ready"] as const).map((one) => (
              <button key={one} type="button" aria-pressed={who === one} onClick={() => choose(one)}>
                {t(`who.${one}`)}
              </button>
            ))}
          </div>
          <span className={classes.sub}>
            {t("agentsThere", { there: there.length, all: rows.length })}
          </span>
          {may("floor.command") && (
            <Button
              size="compact-xs"
              variant="default"
              aria-pressed={chosen !== undefined}
              onClick={() => setChosen(chosen === undefined ? new Set() : undefined)}
            >
              {chosen === undefined ? t("chooseSeveral") : t("cancel")}
            </Button>
          )}
          {chosen !== undefined && (
            <Button
              size="compact-xs"
              leftSection={<IconArrowsExchange size={14} />}
              disabled={chosen.size === 0}
              onClick={() => setMoved([...chosen])}
            >
              {t("moveChosen", { count: chosen.size })}
            </Button>
          )}
          {team && may("floor.command") && (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconMessage size={14} />}
              onClick={() => setTold({ team, name: team })}
            >
              {t("tellTeam")}
            </Button>
          )}
        </>
      }
      scrolls
      box={box}
      className={classes.agents ?? ""}
    >
      {!arrived ? (
        <Skeleton height={120} m="md" />
      ) : sorted.length === 0 ? (
        <Empty title={t("noAgents")}>{t("noAgentsMend")}</Empty>
      ) : (
        <Tiles
          box={box}
          sorted={sorted}
          ask={{ tell: setTold, move: setMoved, why: ask }}
          chosen={chosen}
          toggle={toggle}
        />
      )}
      {moved && (
        <Move
          agents={moved}
          close={() => {
            setMoved(undefined);
            setChosen(undefined);
          }}
        />
      )}
      {asked !== undefined && <Why reference={asked} close={() => ask(undefined)} />}
      {told && <Tell to={told} close={() => setTold(undefined)} />}
    </Panel>
  );
}

const TILE = { width: 148, height: 56 };
const REASONS_ALONE = new Set(["longTalk", "longHold", "longWrapUp"]);
const GAP = 8;
const MARGIN = 12;

interface TilesProps {
  box: RefObject<HTMLDivElement | null>;
  sorted: { row: AgentRow; needs: Attention }[];
  ask: Ask;
  /** While several are being chosen: those who are. */
  chosen: ReadonlySet<string> | undefined;
  toggle: (agent: string) => void;
}

/** What a tile's menu opens. */
interface Ask {
  tell: (told: Told) => void;
  move: (agents: string[]) => void;
  why: (ref: string) => void;
}

/** Only the tiles that one sees are there: a centre may have a thousand. Each keeps its place in
 * the page when others move, so a menu that is open stays open. */
function Tiles({ box, sorted, ask, chosen, toggle }: TilesProps) {
  const name = useAgentName();
  const columns = useColumns(box);
  const virtual = useVirtualizer({
    count: Math.ceil(sorted.length / columns),
    getScrollElement: () => box.current,
    estimateSize: () => TILE.height + GAP,
    overscan: 4,
  });
  const width = `calc((100% - ${2 * MARGIN + (columns - 1) * GAP}px) / ${columns})`;
  return (
    <div className={classes.tiles} style={{ height: virtual.getTotalSize() + 2 * MARGIN - GAP }}>
      {virtual.getVirtualItems().flatMap((line) =>
        sorted.slice(line.index * columns, (line.index + 1) * columns).map(({ row, needs }, at) => (
          <Tile
            key={row.agent}
            row={row}
            alarm={needs.alarm}
            why={needs.why}
            name={name(row.agent)}
            ask={ask}
            chosen={chosen?.has(row.agent)}
            toggle={toggle}
            top={line.start + MARGIN}
            left={at === 0 ? `${MARGIN}px` : `calc(${MARGIN}px + (${width} + ${GAP}px) * ${at})`}
            width={width}
          />
        )),
      )}
    </div>
  );
}

/** How many tiles stand beside each other. */
function useColumns(box: RefObject<HTMLDivElement | null>): number {
  const [columns, setColumns] = useState(3);
  useEffect(() => {
    if (box.current === null) return;
    const watch = new ResizeObserver(([entry]) => {
      const inside = (entry?.contentRect.width ?? 0) - 2 * MARGIN;
      setColumns(Math.max(1, Math.floor((inside + GAP) / (TILE.width + GAP))));
    });
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [box]);
  return columns;
}

interface TileProps {
  row: AgentRow;
  alarm: Attention["alarm"];
  why: string | undefined;
  name: string;
  ask: Ask;
  /** While several are being chosen: whether this one is. */
  chosen: boolean | undefined;
  toggle: (agent: string) => void;
  top: number;
  left: string;
  width: string;
}

const Tile = memo(function Tile(props: TileProps) {
  const { row, alarm, why, name, ask, chosen, toggle, top, left, width } = props;
  const { t } = useTranslation("floor");
  const words = usePresenceWords();
  const moves = useMoveWords();
  const state = row.held ? t("onHold") : words(row.presence, row.reason);
  // a reason that names the state stands for it
  const says = why && (REASONS_ALONE.has(why) ? [t(`needs.${why}`)] : [t(`needs.${why}`), state]);
  const aside = row.presence === "working" ? row.tasks.length - 1 : row.tasks.length;
  const load = aside > 0 && t("tasksAside", { count: aside });
  const doing = [...(says || [state]), queueName(row.queue), load].filter(Boolean).join(" · ");
  const place: CSSProperties = { top, left, width, height: TILE.height };
  const title = [name, ...row.moves.map(moves)].join("\n");
  const common = { type: "button", className: classes.tile ?? "", style: place, title } as const;
  const inside = (
    <>
      {alarm === "you" ? (
        <IconHandStop size={14} />
      ) : alarm ? (
        <IconAlertTriangle size={14} />
      ) : (
        <PresenceMark presence={row.presence} />
      )}
      <span className={classes.tileName}>{name}</span>
      <Clock since={row.since} />
      <span className={classes.tileState}>
        {row.moves.length > 0 && (
          <IconArrowsExchange size={12} role="img" aria-hidden={undefined} aria-label={t("isMoved")} />
        )}
        {doing}
      </span>
    </>
  );
  if (chosen !== undefined)
    return (
      <button {...common} aria-pressed={chosen} onClick={() => toggle(row.agent)}>
        {inside}
      </button>
    );
  return (
    <Menu position="bottom-start" width={250} shadow="md" withinPortal>
      <Menu.Target>
        <button {...common} data-alarm={alarm}>
          {inside}
        </button>
      </Menu.Target>
      <AgentMenu
        row={row}
        name={name}
        tell={() => ask.tell({ agent: row.agent, name })}
        move={() => ask.move([row.agent])}
        why={ask.why}
      />
    </Menu>
  );
});

/** Whether somebody works for a client; without one everybody does. */
function useWorksFor(client: string | undefined): (agent: string) => boolean {
  const people = usePeopleNow();
  return useMemo(() => {
    if (client === undefined || people === undefined) return () => true;
    const those = people.filter((one) => one.clients.includes(client));
    const known = new Set(those.map((one) => one.agent));
    return (agent: string) => known.has(agent);
  }, [client, people]);
}
