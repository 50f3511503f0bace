import { Button, Menu } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { DeskRow } from "@/api/schema.gen";
import { serverNow, useSecond } from "@/feed/clock";
import { useOptimistic } from "@/feed/hooks";
import { Clock } from "@/parts/Clock";
import { IconCheck, IconChevronDown } from "@/parts/icons";
import { Keys } from "@/parts/Keys";
import { ariaKeys, useAction } from "@/shell/actions";

import { askForNotifications } from "./attention";
import { useDo } from "./commands";
import classes from "./Rail.module.css";
import { missed, presenceWords, reasonWords, toneOf } from "./state";
import { may } from "./useDesk";

const IN_CONTACT = new Set(["offered", "talking", "wrapping"]);

/** What I am, since when, what comes after; and the ways out of it. */
export function MyState({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  useSecond();
  const { agent } = row;
  const inContact = IN_CONTACT.has(agent.presence);
  const [shown, hope, pending] = useOptimistic(`${agent.presence}/${agent.reason}`);
  const [presence, reason] = shown.split("/") as [typeof agent.presence, string];
  const supposed = { ...agent, presence, reason };
  return (
    <section className={classes.state} data-tone={toneOf(supposed, serverNow())} aria-label={t("myState")}>
      <div className={classes.now} data-pending={pending || undefined}>
        <span className={classes.dot} aria-hidden="true" />
        <div className={classes.words}>
          <strong>{agent.held ? t("held") : presenceWords(presence)}</strong>
          {presence === "away" && reason !== "" && <span>{reasonWords(reason)}</span>}
        </div>
        {agent.presence !== "signed_out" && <Clock since={agent.since} className={classes.since} />}
      </div>
      {missed(supposed) && <p className={classes.missed}>{t("missed")}</p>}
      {inContact && agent.next !== null && (
        <p className={classes.next}>
          {t("then", { state: agent.next === "" ? presenceWords("ready") : reasonWords(agent.next) })}
        </p>
      )}
      {agent.presence === "signed_out" ? (
        <SignIn />
      ) : (
        <StateMenu row={row} inContact={inContact} hope={inContact ? () => {} : hope} />
      )}
    </section>
  );
}

function SignIn() {
  const { t } = useTranslation("desk");
  const signIn = useDo("/api/desk/sign-in");
  const run = () => {
    askForNotifications();
    signIn.mutate();
  };
  useAction({ label: t("signIn"), group: t("groupState"), keys: "alt+o", run });
  return (
    <Button
      fullWidth
      onClick={run}
      loading={signIn.isPending}
      aria-keyshortcuts={ariaKeys("alt+o")}
      rightSection={<Keys keys="alt+o" />}
    >
      {t("signIn")}
    </Button>
  );
}

interface MenuProps {
  row: DeskRow;
  inContact: boolean;
  hope: (state: string | undefined) => void;
}

/** Ready is one key; away asks for the reason. During a contact both are what comes after it. */
function StateMenu({ row, inContact, hope }: MenuProps) {
  const { t } = useTranslation("desk");
  const [open, setOpen] = useState(false);
  const ready = useDo("/api/desk/ready", { refused: () => hope(undefined) });
  const away = useDo("/api/desk/away", { refused: () => hope(undefined) });
  const signOut = useDo("/api/desk/sign-out", { refused: () => hope(undefined) });
  const group = t("groupState");
  const goReady = () => {
    hope("ready/");
    ready.mutate();
  };
  const goAway = (reason: string) => {
    hope(`away/${reason}`);
    away.mutate({ reason });
  };
  const readyNow = may(row, "ready") && row.agent.presence !== "wrapping";
  const label = inContact ? t("readyAfter") : t("goReady");
  useAction({ label, group, keys: "alt+o", run: goReady, enabled: readyNow });
  useAction({ label: t("chooseAway"), group, keys: "alt+b", run: () => setOpen(true) });
  const primary = row.agent.presence === "away";
  return (
    <div className={classes.choices}>
      {readyNow && (
        <Button
          className={classes.ready}
          variant={primary ? "filled" : "default"}
          onClick={goReady}
          aria-keyshortcuts={ariaKeys("alt+o")}
          rightSection={<Keys keys="alt+o" />}
          justify="space-between"
          fullWidth
          data-chosen={(inContact && row.agent.next === "") || undefined}
        >
          {label}
        </Button>
      )}
      <Menu opened={open} onChange={setOpen} position="bottom-start" width={196} shadow="md">
        <Menu.Target>
          <Button
            variant="default"
            fullWidth
            justify="space-between"
            aria-keyshortcuts={ariaKeys("alt+b")}
            rightSection={
              <span className={classes.menuKeys}>
                <Keys keys="alt+b" />
                <IconChevronDown size={14} />
              </span>
            }
          >
            {inContact ? t("awayAfter") : t("goAway")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {row.away_reasons.map((reason) => {
            const chosen = inContact ? row.agent.next === reason : row.agent.reason === reason;
            return (
              <Menu.Item
                key={reason}
                rightSection={chosen ? <IconCheck size={16} /> : undefined}
                onClick={() => goAway(reason)}
                renderRoot={(props) => (
                  <button {...props} role="menuitemradio" aria-checked={chosen} />
                )}
              >
                {reasonWords(reason)}
              </Menu.Item>
            );
          })}
          {may(row, "sign-out") && (
            <>
              <Menu.Divider />
              <Menu.Item
                onClick={() => {
                  hope("signed_out/");
                  signOut.mutate();
                }}
              >
                {t("signOut")}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
