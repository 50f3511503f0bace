import { Button, Group, Modal, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import { tellDone } from "@/parts/tell";
import { useCommand } from "@/parts/useCommand";

export interface Told {
  agent?: string;
  team?: string;
  name: string;
}

const LONGEST = 500;

/** A few words onto the desks of an agent or a whole team. */
export function Tell({ to, close }: { to: Told; close: () => void }) {
  const { t } = useTranslation("floor");
  const [text, setText] = useState("");
  const send = useCommand(
    (key) => {
      const header = { "Idempotency-Key": key };
      const said = { text: text.trim() };
      return to.agent === undefined
        ? body(
            api.POST("/api/teams/{team}/message", {
              params: { path: { team: to.team ?? "" }, header },
              body: said,
            }),
          )
        : body(
            api.POST("/api/agents/{agent}/message", {
              params: { path: { agent: to.agent }, header },
              body: said,
            }),
          );
    },
    {
      done: () => {
        tellDone(t("didTell", { name: to.name }));
        close();
      },
    },
  );
  return (
    <Modal
      opened
      onClose={close}
      title={t("tellWhom", { name: to.name })}
      closeButtonProps={{ "aria-label": t("cancel") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") send.mutate();
        }}
      >
        <Textarea
          data-autofocus
          label={t("words")}
          autosize
          minRows={2}
          maxRows={6}
          maxLength={LONGEST}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={send.isPending} disabled={text.trim() === ""}>
            {t("send")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
