import { useEffect, useRef } from "react";

import { phone } from "./phone";
import classes from "./Phone.module.css";

const FLOOR_DB = -60;

/** How loud one side is now; drawn while it's shown, and read by nobody who can't see it. */
export function Meter({ side }: { side: "microphone" | "speaker" }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      const level = Math.max(0, 1 - phone.levels()[side] / FLOOR_DB);
      if (bar.current) bar.current.style.transform = `scaleX(${Math.min(1, level).toFixed(2)})`;
      frame = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(frame);
  }, [side]);
  return (
    <span className={classes.meter} aria-hidden="true">
      <span ref={bar} />
    </span>
  );
}
