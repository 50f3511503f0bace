import classes from "./Spark.module.css";

interface Props {
  /** null: still to come, or not known. */
  values: readonly (number | null)[];
  label: string;
  width?: number;
  height?: number;
}

/** A day's course as a line of a word's size. */
export function Spark({ values, label, width = 72, height = 20 }: Props) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const most = Math.max(1, ...known);
  const step = width / Math.max(1, values.length - 1);
  const points = values
    .map((value, index) =>
      value === null ? "" : `${(index * step).toFixed(1)},${(height - 2 - (value / most) * (height - 4)).toFixed(1)}`,
    )
    .filter(Boolean)
    .join(" ");
  return (
    <svg className={classes.spark} width={width} height={height} role="img" aria-label={label}>
      <polyline points={points} />
    </svg>
  );
}
