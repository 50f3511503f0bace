import { Button, Group, Modal, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { BoardRow, BoardScope } from "@/api/schema.gen";
import { useTable } from "@/feed/hooks";
import { useDefinitions } from "@/parts/names";
import { tellDone } from "@/parts/tell";
import { useCommand } from "@/parts/useCommand";
import { day } from "@/words/format";

import classes from "./Wallboard.module.css";

const BOARDS = ["wallboards"];
const SCOPES: BoardScope[] = ["centre", "client", "team"];

/** Pairs a television by the code that it shows, and revokes those that are paired. */
export default function Televisions({ close }: { close: () => void }) {
  const { t } = useTranslation("wallboard");
  return (
    <Modal
      opened
      onClose={close}
      title={t("televisions")}
      size={520}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Pair done={close} />
      <Paired />
    </Modal>
  );
}

function Pair({ done }: { done: () => void }) {
  const { t } = useTranslation("wallboard");
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const [scope, setScope] = useState<BoardScope>("centre");
  const [of, setOf] = useState<string | null>(null);
  const [agents, setAgents] = useState(false);
  const choices = useScopes();
  const pair = useCommand(
    () =>
      body(api.POST("/api/wallboards", { body: { code, name, scope, of: of ?? "", agents } })),
    {
      stale: [BOARDS],
      done: () => {
        tellDone(t("paired", { name }));
        done();
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    pair.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          data-autofocus
          label={t("code")}
          description={t("codeHint")}
          value={code}
          onChange={(event) => setCode(event.target.value.toUpperCase())}
          maxLength={16}
          autoComplete="off"
          required
          withAsterisk={false}
        />
        <TextInput
          label={t("boardName")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={60}
          required
          withAsterisk={false}
        />
        <Group grow>
          <Select
            label={t("scope")}
            data={SCOPES.map((one) => ({ value: one, label: t(`scopes.${one}`) }))}
            value={scope}
            onChange={(value) => {
              setScope((value ?? "centre") as BoardScope);
              setOf(null);
            }}
            allowDeselect={false}
          />
          {scope !== "centre" && (
            <Select
              label={t("which")}
              data={choices[scope]}
              value={of}
              onChange={setOf}
              allowDeselect={false}
            />
          )}
        </Group>
        {scope !== "client" && (
          <Switch
            label={t("withAgents")}
            checked={agents}
            onChange={(event) => setAgents(event.currentTarget.checked)}
          />
        )}
        <Group justify="flex-end">
          <Button
            type="submit"
            loading={pair.isPending}
            disabled={code.trim().length < 6 || name.trim() === "" || (scope !== "centre" && !of)}
          >
            {t("pair")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function useScopes(): { client: string[]; team: string[] } {
  const definitions = useDefinitions();
  const queues = useTable("queues");
  return {
    client: [...new Set([...queues.values()].map((row) => row.client))].sort(),
    team: [...new Set((definitions?.agents ?? []).map((one) => one.team))].sort(),
  };
}

function Paired() {
  const { t } = useTranslation("wallboard");
  const boards = useQuery({
    queryKey: BOARDS,
    queryFn: () => body(api.GET("/api/wallboards")),
  });
  if (!boards.data?.length) return null;
  return (
    <section className={classes.paired} aria-label={t("pairedOnes")}>
      <h3>{t("pairedOnes")}</h3>
      <ul>
        {boards.data.map((one) => (
          <PairedOne key={one.board} board={one} />
        ))}
      </ul>
    </section>
  );
}

function PairedOne({ board }: { board: BoardRow }) {
  const { t } = useTranslation("wallboard");
  const revoke = useCommand(
    () => api.DELETE("/api/wallboards/{board}", { params: { path: { board: board.board } } }),
    { stale: [BOARDS] },
  );
  return (
    <li>
      <span>
        <b>{board.name}</b>
        <Text size="xs" c="dimmed">
          {t(`scopes.${board.scope}`)} {board.of} · {day(board.made)}
        </Text>
      </span>
      <Button
        size="compact-sm"
        variant="default"
        loading={revoke.isPending}
        onClick={() => revoke.mutate()}
        aria-label={t("revokeOne", { name: board.name })}
      >
        {t("revoke")}
      </Button>
    </li>
  );
}
