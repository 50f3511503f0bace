import { Button, Group, Modal, MultiSelect, SegmentedControl, Select, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { Choices, ModeAsked } from "@/api/schema.gen";
import { serverNow } from "@/feed/clock";
import { queueName } from "@/parts/queueName";
import { useCommand } from "@/parts/useCommand";

type Kind = ModeAsked["kind"];
const KINDS: Kind[] = ["surge", "closed", "emergency"];
const MINUTES = ["30", "60", "120", "240", "480", "1440"];
const MINUTE = 60_000_000;
const LONGEST = 500;

/** A small form: what's known, about whose callers, for how long. */
export default function Declare({ client, close }: { client?: string; close: () => void }) {
  const { t } = useTranslation("modes");
  const choices = useQuery({
    queryKey: ["modes", "choices"],
    queryFn: (): Promise<Choices[]> => body(api.GET("/api/modes/choices")),
  }).data;
  return (
    <Modal
      opened
      onClose={close}
      title={t("declare")}
      closeButtonProps={{ "aria-label": t("cancel") }}
    >
      {choices && <Form choices={choices} client={client} close={close} />}
    </Modal>
  );
}

interface FormProps {
  choices: Choices[];
  client: string | undefined;
  close: () => void;
}

function Form({ choices, client, close }: FormProps) {
  const { t } = useTranslation("modes");
  const [whose, setWhose] = useState(client ?? choices[0]?.client ?? "");
  const [kind, setKind] = useState<Kind>("surge");
  const [queues, setQueues] = useState<string[]>([]);
  const [lists, setLists] = useState<string[]>([]);
  const [set, setSet] = useState<string | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const [minutes, setMinutes] = useState("60");
  const [words, setWords] = useState("");
  const of = choices.find((one) => one.client === whose);
  const settable = of?.variables.flatMap((one) =>
    one.values.map((value) => ({ value: `${one.variable}=${value}`, label: `${one.variable}: ${value}` })),
  );
  const [variable = "", value = ""] = set?.split("=") ?? [];
  const declare = useCommand(
    (key) =>
      body(
        api.POST("/api/modes", {
          params: { header: { "Idempotency-Key": key } },
          body: {
            kind,
            client: whose,
            ends: serverNow() + Number(minutes) * MINUTE,
            queues,
            lists,
            variable,
            value,
            announcement: said ?? "",
            to: kind === "emergency" && queues.length > 0 ? to : null,
            words: words.trim(),
          },
        }),
      ),
    { done: close },
  );
  const named = (all: readonly string[] | undefined) =>
    (all ?? []).map((one) => ({ value: one, label: queueName(one) }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        declare.mutate();
      }}
    >
      <Stack gap="sm">
        <SegmentedControl
          fullWidth
          aria-label={t("what")}
          data={KINDS.map((one) => ({ value: one, label: t(`kind.${one}`) }))}
          value={kind}
          onChange={(chosen) => setKind(chosen as Kind)}
        />
        <Text size="sm" c="dimmed">
          {t(`means.${kind}`)}
        </Text>
        {choices.length > 1 && (
          <Select
            label={t("client")}
            data={choices.map((one) => ({ value: one.client, label: one.name }))}
            value={whose}
            allowDeselect={false}
            onChange={(chosen) => {
              setWhose(chosen ?? "");
              setQueues([]);
              setLists([]);
              setSet(null);
              setSaid(null);
              setTo(null);
            }}
          />
        )}
        <MultiSelect
          label={t("queues")}
          placeholder={queues.length === 0 ? t("allQueues") : undefined}
          data={named(of?.queues)}
          value={queues}
          onChange={setQueues}
        />
        {of !== undefined && of.lists.length > 0 && (
          <MultiSelect
            label={t("lists")}
            placeholder={lists.length === 0 ? t("allCallers") : undefined}
            data={of.lists}
            value={lists}
            onChange={setLists}
          />
        )}
        {settable !== undefined && settable.length > 0 && (
          <Select
            label={t("chose")}
            placeholder={t("allCallers")}
            data={settable}
            value={set}
            onChange={setSet}
            clearable
          />
        )}
        <Select
          label={t("announcement")}
          placeholder={t("nothingSaid")}
          description={of?.announcements.find((one) => one.name === said)?.words}
          inputWrapperOrder={["label", "input", "description", "error"]}
          data={of?.announcements.map((one) => one.name) ?? []}
          value={said}
          onChange={setSaid}
          clearable
        />
        {kind === "emergency" && queues.length > 0 && (
          <Select
            label={t("to")}
            placeholder={t("flowsWay")}
            data={named(of?.queues.filter((one) => !queues.includes(one)))}
            value={to}
            onChange={setTo}
            clearable
          />
        )}
        <Select
          label={t("howLong")}
          data={MINUTES.map((one) => ({ value: one, label: t(`minutes.${one}`) }))}
          value={minutes}
          allowDeselect={false}
          onChange={(chosen) => setMinutes(chosen ?? "60")}
        />
        <Textarea
          label={t("words")}
          autosize
          minRows={2}
          maxRows={5}
          maxLength={LONGEST}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </Stack>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={close}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={declare.isPending} disabled={whose === ""}>
          {t("doDeclare")}
        </Button>
      </Group>
    </form>
  );
}
