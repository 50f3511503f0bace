import { serverNow, useSecond } from "@/feed/clock";
import { clock } from "@/words/format";

interface Props {
  /** µs since 1970, by the centre's clock; null shows a dash. */
  since: number | null | undefined;
  className?: string;
}

/** How long something has been so, counting up by itself. */
export function Clock({ since, className }: Props) {
  useSecond();
  const us = since === null || since === undefined ? null : serverNow() - since;
  return <span className={`figure ${className ?? ""}`}>{clock(us)}</span>;
}
