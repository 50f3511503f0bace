import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { ClientWords, DeskRow } from "@/api/schema.gen";

interface Props {
  row: DeskRow;
  client: ClientWords | undefined;
  caller: string | null;
}

/** For who listens to the page: what has just become of me and my contact, one sentence each. */
export function Spoken({ row, client, caller }: Props) {
  const { t } = useTranslation("desk");
  const [said, say] = useState("");
  const { presence, held } = row.agent;
  const now = `${presence}/${held}/${row.contact?.ref ?? ""}`;
  const before = useRef(now);
  useEffect(() => {
    if (before.current === now) return;
    before.current = now;
    const about = {
      client: client?.name ?? row.contact?.client ?? "",
      caller: caller ?? t("unknownCaller"),
      reason: row.choices.at(-1) ?? "",
    };
    say(held ? t("spoken.held") : t(`spoken.${presence}`, about));
  }, [now, presence, held, client, caller, row.contact, row.choices, t]);
  return (
    <p className="visually-hidden" role="status">
      {said}
    </p>
  );
}
