import { Button, CloseButton } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { IconArrowBackUp } from "@/parts/icons";
import { Keys } from "@/parts/Keys";
import { useLastDone, withdrawUndo } from "@/parts/undo";
import { ariaKeys, useAction } from "@/shell/actions";

import classes from "./UndoBar.module.css";

const SHOWN_MS = 10_000;
const KEYS = "alt+z";

/** What was done last, with the way back; it stays while somebody is on it, and goes by itself. */
export function UndoBar() {
  const { t } = useTranslation("shell");
  const done = useLastDone();
  const [held, hold] = useState(false);
  useEffect(() => {
    if (done === undefined || held) return;
    const timer = setTimeout(withdrawUndo, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [done, held]);
  const undo = () => {
    withdrawUndo();
    done?.undo();
  };
  useAction({ label: t("undo"), keys: KEYS, run: undo, enabled: done !== undefined });
  return (
    <div role="status" className={classes.place}>
      {done && (
        <div
          className={classes.bar}
          onMouseEnter={() => hold(true)}
          onMouseLeave={() => hold(false)}
          onFocus={() => hold(true)}
          onBlur={() => hold(false)}
        >
          <span className={classes.said}>{done.said}</span>
          <Button
            size="compact-sm"
            leftSection={<IconArrowBackUp size={16} />}
            rightSection={<Keys keys={KEYS} />}
            aria-keyshortcuts={ariaKeys(KEYS)}
            onClick={undo}
          >
            {t("undo")}
          </Button>
          <CloseButton size="sm" onClick={withdrawUndo} aria-label={t("close")} />
        </div>
      )}
    </div>
  );
}
