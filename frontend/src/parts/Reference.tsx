import classes from "./Reference.module.css";

/** A contact's name, CLIENT-NUMBER, in a place that may be too narrow: its number stays whole, for
 * that's what tells one from the other. */
export function Reference({ of }: { of: string }) {
  const at = of.lastIndexOf("-");
  return (
    <span className={classes.reference} title={of}>
      <span className={classes.client}>{of.slice(0, at)}</span>
      <span>{of.slice(at)}</span>
    </span>
  );
}
