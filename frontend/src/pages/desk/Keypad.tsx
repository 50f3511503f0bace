import { Button } from "@mantine/core";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import classes from "./Bar.module.css";
import { useDo } from "./commands";

export const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Keys for the far end's menu. What's pressed is kept nowhere: here only how much. */
export function Keypad({ close }: { close: () => void }) {
  const { t } = useTranslation("desk");
  const panel = useRef<HTMLDivElement>(null);
  const [count, setCount] = useState(0);
  const digits = useDo("/api/desk/digits");
  useEffect(() => panel.current?.focus(), []);
  const press = (key: string) => {
    setCount((now) => now + 1);
    digits.mutate({ digits: key });
  };
  const type = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    else if (KEYS.includes(event.key) && !event.altKey && !event.ctrlKey) press(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={panel}
      className={classes.keypad}
      role="group"
      aria-label={t("keypad")}
      tabIndex={-1}
      onKeyDown={type}
    >
      <p className={classes.pressed} aria-label={t("pressed", { count })}>
        {"•".repeat(Math.min(count, 16)) || " "}
      </p>
      <div className={classes.keys}>
        {KEYS.map((key) => (
          <Button key={key} variant="default" onClick={() => press(key)}>
            {key}
          </Button>
        ))}
      </div>
    </div>
  );
}
