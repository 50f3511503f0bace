import { Modal } from "@mantine/core";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { IconSearch } from "@/parts/icons";
import { Keys } from "@/parts/Keys";

import { type Registered, useActions } from "./actions";
import classes from "./Palette.module.css";

/** Everything that can be done now, found by a few letters. */
export default function Palette({ close }: { close: () => void }) {
  const { t } = useTranslation("shell");
  const id = useId();
  const [asked, setAsked] = useState("");
  const [at, setAt] = useState(0);
  const actions = useActions();
  const found = useMemo(() => search(actions, asked), [actions, asked]);
  const chosen = Math.min(at, found.length - 1);
  const run = (action: Registered | undefined) => {
    if (action === undefined) return;
    close();
    // the dialog gives the focus back first
    setTimeout(action.run, 0);
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((chosen + by + found.length) % found.length);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      run(found[chosen]);
    }
  };
  return (
    <Modal
      opened
      onClose={close}
      withCloseButton={false}
      padding={0}
      size={560}
      yOffset="12vh"
      transitionProps={{ duration: 100 }}
      aria-label={t("palette")}
    >
      <div className={classes.ask}>
        <IconSearch />
        <input
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found.length > 0 ? `${id}-${chosen}` : undefined}
          aria-label={t("paletteAsk")}
          placeholder={t("paletteAsk")}
          value={asked}
          onChange={(event) => {
            setAsked(event.target.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
      </div>
      <ul id={`${id}-list`} role="listbox" aria-label={t("palette")} className={classes.list}>
        {found.map((action, index) => (
          <li
            key={action.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            ref={(line) => {
              if (index === chosen) line?.scrollIntoView({ block: "nearest" });
            }}
            onMouseMove={() => setAt(index)}
            onClick={() => run(action)}
          >
            <span className={classes.label}>{action.label}</span>
            <span className={classes.group}>{action.group}</span>
            {action.keys !== undefined && <Keys keys={action.keys} />}
          </li>
        ))}
      </ul>
      <p className={classes.none} role="status">
        {found.length === 0 ? t("paletteNone") : ""}
      </p>
    </Modal>
  );
}

/** Every typed letter must come in its order; earlier and closer is better. */
function search(actions: Registered[], asked: string): Registered[] {
  const letters = asked.toLowerCase().replaceAll(" ", "");
  if (letters === "") return actions;
  const ranked: { action: Registered; rank: number }[] = [];
  for (const action of actions) {
    const text = `${action.label} ${action.group ?? ""}`.toLowerCase();
    const rank = rankOf(text, letters);
    if (rank !== null) ranked.push({ action, rank });
  }
  ranked.sort((a, b) => a.rank - b.rank);
  return ranked.map(({ action }) => action);
}

function rankOf(text: string, letters: string): number | null {
  let from = 0;
  let rank = 0;
  for (const letter of letters) {
    const found = text.indexOf(letter, from);
    if (found < 0) return null;
    rank += found - from;
    from = found + 1;
  }
  return rank;
}
