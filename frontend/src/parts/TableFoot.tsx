import { Button } from "@mantine/core";

import { IconRefresh } from "./icons";
import classes from "./TableFoot.module.css";

interface Props {
  /** How much of it is shown. */
  shows: string;
  refresh: { label: string; busy: boolean; run: () => void };
}

/** Under a list that grows as one scrolls: how much of it there is, and a look for what's new. */
export function TableFoot({ shows, refresh }: Props) {
  return (
    <footer className={classes.foot}>
      <span role="status">{shows}</span>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        leftSection={<IconRefresh size={14} />}
        loading={refresh.busy}
        onClick={refresh.run}
      >
        {refresh.label}
      </Button>
    </footer>
  );
}
