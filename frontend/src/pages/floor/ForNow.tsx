import { Button, Popover } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import { useRows, useTable } from "@/feed/hooks";
import { IconArrowsExchange } from "@/parts/icons";
import { queueName } from "@/parts/queueName";
import { useAction } from "@/shell/actions";
import { moment, timeOfDay } from "@/words/format";

import classes from "./ForNow.module.css";
import { isRaised, signed, together, useMoveWords, usePutBack, useRaise, useWho } from "./moves";

/** What is changed for now, whoever did it, with the way back of each; nothing while that's nothing. */
export function ForNow() {
  const { t } = useTranslation("floor");
  const [open, setOpen] = useState(false);
  const moves = together(useTable("agents").values());
  const raised = useRows("contacts", isRaised);
  const words = useMoveWords();
  const who = useWho();
  const back = usePutBack();
  const raise = useRaise();
  const count = moves.length + raised.length;
  const by = useBy(open && count > 0, [...moves.map(({ move }) => move.move), ...raised.map((row) => row.ref)]);
  useAction({
    label: t("forNow"),
    group: t("title"),
    run: () => setOpen(true),
    enabled: count > 0,
  });
  if (count === 0) return null;
  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={440}
      shadow="md"
      trapFocus
      returnFocus
      withinPortal
    >
      <Popover.Target>
        <Button
          size="xs"
          variant="light"
          leftSection={<IconArrowsExchange size={16} />}
          aria-expanded={open}
          onClick={() => setOpen((before) => !before)}
        >
          {t("changedForNow", { count })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={t("forNow")}>
        <ul className={classes.forNow}>
          {moves.map(({ move, agents }) => (
            <li key={move.move}>
              <div>
                <strong>{who(agents)}</strong>
                <span>{words(move)}</span>
                <span className={classes.sub}>
                  {t("until", { time: moment(move.until) })}
                  {by(move.move)}
                </span>
              </div>
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => back.mutate({ move: move.move })}
              >
                {t("putBack")}
              </Button>
            </li>
          ))}
          {raised.map((row) => (
            <li key={row.ref}>
              <div>
                <strong>{row.ref}</strong>
                <span>
                  {t("raisedFrom", { from: signed(row.own ?? 0), to: signed(row.raised ?? 0) })}
                </span>
                <span className={classes.sub}>
                  {queueName(row.queue)}
                  {by(row.ref)}
                </span>
              </div>
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => raise.mutate({ ref: row.ref, raised: row.own ?? 0 })}
              >
                {t("putBack")}
              </Button>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Who made a change, and when, as the trail has it; asked anew when other changes stand. */
function useBy(wanted: boolean, standing: string[]): (change: string) => string {
  const { t } = useTranslation("floor");
  const found = useQuery({
    queryKey: ["changes for now", standing],
    queryFn: () => body(api.GET("/api/moves")),
    enabled: wanted,
    placeholderData: (before) => before,
  });
  return (change) => {
    const one = found.data?.find(({ move, ref }) => (move ?? ref) === change);
    return one?.by ? ` · ${t("changedBy", { name: one.by, time: timeOfDay(one.at) })}` : "";
  };
}
