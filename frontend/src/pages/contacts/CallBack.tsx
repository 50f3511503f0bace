import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { ContactLine } from "@/api/schema.gen";
import { useMaybeMe } from "@/api/session";
import { IconPhoneOutgoing } from "@/parts/icons";
import { useAgentName } from "@/parts/names";
import { useCommand } from "@/parts/useCommand";

/** Calls who gave up waiting: the work about it becomes mine, and my phone rings first. */
export function CallBack({ row }: { row: ContactLine }) {
  const { t } = useTranslation("contacts");
  const name = useAgentName();
  const navigate = useNavigate();
  const me = useMaybeMe()?.agent;
  const call = useCommand(
    (key) =>
      body(
        api.POST("/api/contacts/{ref}/call-back", {
          params: { path: { ref: row.ref }, header: { "Idempotency-Key": key } },
        }),
      ),
    { stale: [["contacts"]], done: () => void navigate({ to: "/desk" }) },
  );
  if (row.caller === null) return null;
  const holder = row.task?.holder ?? null;
  if (holder !== null && holder !== me) return t("heldBy", { name: name(holder) });
  return (
    <Button
      size="compact-xs"
      variant="default"
      leftSection={<IconPhoneOutgoing size={14} />}
      loading={call.isPending}
      onClick={(event) => {
        event.stopPropagation();
        call.mutate();
      }}
    >
      {t("callBack")}
    </Button>
  );
}
