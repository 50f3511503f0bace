import { Tooltip } from "@mantine/core";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

import classes from "./Figure.module.css";

/** Amber: look at it soon. Red: now. Blue: it's for you. */
export type Alarm = "soon" | "now" | "you";

interface Props {
  label: string;
  value: ReactNode;
  /** What stands under it: its interval, what it's out of. */
  note?: ReactNode;
  /** What the figure means, by its definition. */
  explain?: string;
  alarm?: Alarm | undefined;
  /** The contacts that it counts. */
  to?: LinkProps;
  onOpen?: () => void;
}

/** One figure with its unit, interval and what it opens to. */
export function Figure({ label, value, note, explain, alarm, to, onOpen }: Props) {
  const content = (
    <>
      <span className={classes.label}>{label}</span>
      <span className={`figure ${classes.value}`}>{value}</span>
      <span className={classes.note}>{note}</span>
    </>
  );
  const shared = { className: classes.figure, "data-alarm": alarm };
  const box =
    to !== undefined ? (
      <Link {...to} {...shared}>
        {content}
      </Link>
    ) : onOpen !== undefined ? (
      <button type="button" onClick={onOpen} {...shared}>
        {content}
      </button>
    ) : (
      <div {...shared}>{content}</div>
    );
  if (explain === undefined) return box;
  return (
    <Tooltip label={explain} multiline w={280} openDelay={500} events={{ hover: true, focus: true, touch: false }}>
      {box}
    </Tooltip>
  );
}
