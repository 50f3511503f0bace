import { type ReactNode, type RefObject, useId } from "react";

import classes from "./Panel.module.css";

interface Props {
  title: string;
  /** Stands beside the title: a count, filters, buttons. */
  side?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Its content scrolls inside of it; else the panel grows. */
  scrolls?: boolean;
  /** What scrolls, for lists that only have the rows that one sees. */
  box?: RefObject<HTMLDivElement | null>;
}

/** A part of a page with a heading of its own. */
export function Panel({ title, side, children, className, scrolls, box }: Props) {
  const id = useId();
  return (
    <section className={`${classes.panel} ${className ?? ""}`} aria-labelledby={id}>
      <header className={classes.head}>
        <h2 id={id}>{title}</h2>
        {side}
      </header>
      <div
        ref={box}
        className={classes.body}
        data-scrolls={scrolls || undefined}
        // what scrolls can be reached by keyboard
        {...(scrolls ? { tabIndex: 0, role: "group", "aria-labelledby": id } : {})}
      >
        {children}
      </div>
    </section>
  );
}
