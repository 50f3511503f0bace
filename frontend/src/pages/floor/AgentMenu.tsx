import { Menu } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { AgentRow, WatchMode } from "@/api/schema.gen";
import { useMaybeMe, useMay } from "@/api/session";
import {
  IconArrowBackUp,
  IconArrowsExchange,
  IconBolt,
  IconCoffee,
  IconDoorExit,
  IconEar,
  IconHandStop,
  IconInfoCircle,
  IconListSearch,
  IconMessage,
  IconMicrophone,
  IconPhone,
  IconSpeakerphone,
} from "@/parts/icons";
import { reachable } from "@/pages/desk/phone";
import { useDefinitions } from "@/parts/names";
import { usePresenceWords } from "@/parts/Presence";
import { tellDone } from "@/parts/tell";
import { useCommand } from "@/parts/useCommand";

import { useMoveWords, usePutBack } from "./moves";

/** How a supervisor takes part in a talk, by the own phone. */
const MODES: { mode: WatchMode; icon: typeof IconEar }[] = [
  { mode: "listen", icon: IconEar },
  { mode: "whisper", icon: IconMicrophone },
  { mode: "barge", icon: IconSpeakerphone },
];

/** What a supervisor can do for or with an agent now. */
interface Props {
  row: AgentRow;
  name: string;
  /** Opens the dialog for a message. */
  tell: () => void;
  /** Opens the dialog for a move. */
  move: () => void;
  /** Opens the reasons of the contact in hand. */
  why: (ref: string) => void;
}

export function AgentMenu({ row, name, tell, move, why }: Props) {
  const { t } = useTranslation("floor");
  const may = useMay();
  const reasons = useDefinitions()?.away_reasons ?? [];
  const words = usePresenceWords();
  const mine = useMaybeMe()?.agent;
  const { ready, away, signOut, seeTo, watch } = useAgentCommands(row, name);
  const out = row.presence === "signed_out";
  const busy = row.contact !== null;
  return (
    <Menu.Dropdown>
      <Menu.Label>{name === row.agent ? name : `${name} · ${row.agent}`}</Menu.Label>
      {row.contact !== null && may("contacts.read") && (
        <Menu.Item
          leftSection={<IconPhone size={16} />}
          renderRoot={(props) => (
            <Link to="/contacts" search={{ open: row.contact ?? "" }} {...props} />
          )}
        >
          {t("showContact", { contact: row.contact })}
        </Menu.Item>
      )}
      {row.contact !== null && may("floor.read") && (
        <Menu.Item
          leftSection={<IconInfoCircle size={16} />}
          onClick={() => why(row.contact ?? "")}
        >
          {t("whyThisOne")}
        </Menu.Item>
      )}
      {may("contacts.read") && (
        <Menu.Item
          leftSection={<IconListSearch size={16} />}
          renderRoot={(props) => (
            <Link to="/contacts" search={{ agent: row.agent }} {...props} />
          )}
        >
          {t("theirContacts")}
        </Menu.Item>
      )}
      {may("floor.command") && (
        <>
          <Menu.Divider />
          <Menu.Item leftSection={<IconArrowsExchange size={16} />} onClick={move}>
            {t("moveForNow")}
          </Menu.Item>
          <PutBack row={row} />
        </>
      )}
      {may("floor.command") && !out && (
        <>
          <Menu.Divider />
          {row.hand && (
            <Menu.Item leftSection={<IconHandStop size={16} />} onClick={() => seeTo.mutate()}>
              {t("seeTo")}
            </Menu.Item>
          )}
          {row.presence === "talking" && mine && mine !== row.agent && (
            <>
              {MODES.map(({ mode, icon: Icon }) => (
                <Menu.Item
                  key={mode}
                  leftSection={<Icon size={16} />}
                  onClick={() => watch.mutate(mode)}
                >
                  {t(`watch.${mode}`)}
                </Menu.Item>
              ))}
              <Menu.Divider />
            </>
          )}
          <Menu.Item leftSection={<IconMessage size={16} />} onClick={tell}>
            {t("tell")}
          </Menu.Item>
          {(row.presence === "away" || row.presence === "wrapping") && (
            <Menu.Item leftSection={<IconBolt size={16} />} onClick={() => ready.mutate()}>
              {row.presence === "away" ? t("endBreak") : t("endWrapUp")}
            </Menu.Item>
          )}
          {reasons.map((reason) => (
            <Menu.Item
              key={reason}
              leftSection={<IconCoffee size={16} />}
              onClick={() => away.mutate(reason)}
            >
              {busy
                ? t("awayAfter", { reason: words("away", reason) })
                : words("away", reason)}
            </Menu.Item>
          ))}
          <Menu.Item
            leftSection={<IconDoorExit size={16} />}
            disabled={row.presence === "talking" || row.presence === "offered"}
            onClick={() => signOut.mutate()}
          >
            {t("signOut")}
          </Menu.Item>
        </>
      )}
    </Menu.Dropdown>
  );
}

/** What is changed about this agent for now, each with its way back. */
function PutBack({ row }: { row: AgentRow }) {
  const { t } = useTranslation("floor");
  const words = useMoveWords();
  const back = usePutBack();
  return row.moves.map((move) => (
    <Menu.Item
      key={move.move}
      leftSection={<IconArrowBackUp size={16} />}
      onClick={() => back.mutate({ move: move.move, agents: [row.agent] })}
    >
      {t("putBackThis", { what: words(move) })}
    </Menu.Item>
  ));
}

function useAgentCommands(row: AgentRow, name: string) {
  const { t } = useTranslation("floor");
  const agent = row.agent;
  const params = (key: string) => ({ path: { agent }, header: { "Idempotency-Key": key } });
  const done = (what: string) => ({ done: () => tellDone(t(`did.${what}`, { name })) });
  return {
    ready: useCommand(
      (key) => body(api.POST("/api/agents/{agent}/ready", { params: params(key) })),
      done("ready"),
    ),
    away: useCommand(
      (key, reason: string) =>
        body(api.POST("/api/agents/{agent}/away", { params: params(key), body: { reason } })),
      done("away"),
    ),
    watch: useCommand(async (key, mode: WatchMode) => {
      await reachable();
      return body(api.POST("/api/agents/{agent}/watch", { params: params(key), body: { mode } }));
    }),
    seeTo: useCommand((key) =>
      body(api.POST("/api/agents/{agent}/answer-hand", { params: params(key) })),
    ),
    signOut: useCommand(
      (key) => body(api.POST("/api/agents/{agent}/sign-out", { params: params(key) })),
      done("signOut"),
    ),
  };
}
