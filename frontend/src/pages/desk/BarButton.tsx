import type { ComponentType, Ref } from "react";

import type { IconProps } from "@/parts/icons";
import { Keys } from "@/parts/Keys";
import { ariaKeys, useAction } from "@/shell/actions";

import classes from "./Bar.module.css";

interface Props {
  label: string;
  /** What the palette calls it, where the button says less. */
  action?: string;
  group: string;
  icon: ComponentType<IconProps>;
  keys: string;
  run: () => void;
  enabled?: boolean;
  pressed?: boolean;
  pending?: boolean;
  tone?: "you" | "now" | "soon";
  ref?: Ref<HTMLButtonElement>;
  expanded?: boolean;
}

/** One thing to do in a call: icon, word, key. */
export function BarButton(props: Props) {
  const { label, action, group, icon: Icon, keys, run, enabled, pressed, pending, tone } = props;
  useAction({ label: action ?? label, group, keys, run, enabled: enabled !== false });
  return (
    <button
      ref={props.ref}
      type="button"
      className={classes.button}
      onClick={run}
      disabled={enabled === false}
      aria-pressed={pressed}
      aria-expanded={props.expanded}
      aria-keyshortcuts={ariaKeys(keys)}
      data-pending={pending || undefined}
      data-tone={tone}
    >
      <span className={classes.mark}>
        <Icon size={20} />
        <Keys keys={keys} />
      </span>
      <span>{label}</span>
    </button>
  );
}
