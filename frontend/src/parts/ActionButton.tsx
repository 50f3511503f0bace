import { Button, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";

import { type Action, ariaKeys, useAction } from "@/shell/actions";

import { Keys } from "./Keys";

interface Props extends Omit<ButtonProps, "children"> {
  action: Action;
  /** What stands on the button, where it's shorter than the action's label. */
  children?: ReactNode;
}

/** A button for an action: pressing it, its key and the palette do the same. */
export function ActionButton({ action, children, ...rest }: Props) {
  useAction(action);
  return (
    <Button
      onClick={action.run}
      disabled={action.enabled === false}
      aria-keyshortcuts={action.keys === undefined ? undefined : ariaKeys(action.keys)}
      rightSection={action.keys === undefined ? undefined : <Keys keys={action.keys} />}
      {...rest}
    >
      {children ?? action.label}
    </Button>
  );
}
