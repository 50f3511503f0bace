import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { ClientWords, Desk, DeskRow } from "@/api/schema.gen";
import { useSecond } from "@/feed/clock";
import { IconPhone, IconPhoneX } from "@/parts/icons";
import { Keys } from "@/parts/Keys";
import { ariaKeys, useAction } from "@/shell/actions";

import { useIncoming } from "./attention";
import classes from "./Bar.module.css";
import { useDo } from "./commands";
import { usePhone } from "./phone";

interface Props {
  row: DeskRow;
  client: ClientWords | undefined;
  details: Desk | undefined;
}

/** Something rings: answer or decline, where hold and hang up will be. */
export function OfferBar({ row, client, details }: Props) {
  const { t } = useTranslation("desk");
  useSecond();
  const phone = usePhone();
  const take = useDo("/api/desk/take");
  const decline = useDo("/api/desk/decline");
  const outbound = row.kind === "outbound";
  const answer = () => take.mutate();
  const group = t("groupCall");
  useAction({ label: t("answer"), group, keys: "alt+a", run: answer });
  useAction({ label: t("decline"), group, keys: "alt+d", run: () => decline.mutate() });
  const who = details?.caller ?? t("unknownCaller");
  const callback = row.kind === "callback";
  const lift = outbound || callback ? t("liftToCall") : t("liftToAnswer");
  const here = callback ? t("callbackHint") : t("answerHint");
  const hint = phone === null ? lift : here;
  const name = client?.name ?? row.contact?.client ?? "";
  useIncoming(
    outbound || row.contact === null
      ? null
      : {
          id: row.contact.ref,
          title: callback ? t("callbackFor", { client: name }) : t("ringsFor", { client: name }),
          body: [who, row.choices.at(-1)].filter(Boolean).join(" · "),
        },
    answer,
  );
  return (
    <div className={classes.offer} role="group" aria-label={t("ringing")}>
      <Button
        size="md"
        className={classes.answer}
        leftSection={<IconPhone />}
        rightSection={<Keys keys="alt+a" />}
        aria-keyshortcuts={ariaKeys("alt+a")}
        loading={take.isPending}
        onClick={answer}
      >
        {phone === null ? t("pickUp") : t("answer")}
      </Button>
      <Button
        size="md"
        variant="default"
        leftSection={<IconPhoneX />}
        rightSection={<Keys keys="alt+d" />}
        aria-keyshortcuts={ariaKeys("alt+d")}
        onClick={() => decline.mutate()}
      >
        {outbound ? t("cancel") : t("decline")}
      </Button>
      <p className={classes.hint}>
        {hint}
      </p>
    </div>
  );
}
