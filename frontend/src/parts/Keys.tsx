import { shownKeys } from "@/shell/actions";

import classes from "./Keys.module.css";

/** The key of an action, small, in a button's corner or in the palette. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className={classes.keys} aria-hidden="true">
      {shownKeys(keys).map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}
