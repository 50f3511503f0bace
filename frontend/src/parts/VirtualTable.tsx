import {
  type ColumnDef,
  flexRender,
  getCoreRowModel,
  useReactTable,
  type VisibilityState,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";

import classes from "./VirtualTable.module.css";

const ROW = 36;
const MARGINS = 16;
const NEAR = 10;
const NONE: VisibilityState = {};

/** A column's `meta`: figures stand right; a fixed one doesn't grow. */
interface Meta {
  right?: boolean;
  fixed?: boolean;
}

interface Props<T> {
  /** What the table is called. */
  name: string;
  rows: T[];
  columns: ColumnDef<T, never>[];
  idOf: (row: T) => string;
  hidden?: VisibilityState | undefined;
  chosen?: string | undefined;
  choose?: (id: string) => void;
  /** More rows are wanted: the end is near. */
  atEnd?: () => void;
}

/** A table of any length: only the rows that one sees are there. */
export function VirtualTable<T>(props: Props<T>) {
  const { name, rows, columns, idOf, hidden, chosen, choose, atEnd } = props;
  const box = useRef<HTMLDivElement>(null);
  const table = useReactTable({
    data: rows,
    columns: columns as unknown as ColumnDef<T>[],
    getCoreRowModel: getCoreRowModel(),
    getRowId: idOf,
    state: { columnVisibility: hidden ?? NONE },
  });
  const lines = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= lines.length - NEAR) atEnd?.();
  }, [last, lines.length]);
  const tracks = table.getVisibleLeafColumns();
  const grid = { gridTemplateColumns: tracks.map(trackOf).join(" ") };
  // narrower than its columns, it scrolls; one long name makes none of them wider
  const least = tracks.reduce((sum, one) => sum + one.getSize(), MARGINS);
  return (
    <div ref={box} className={classes.box} tabIndex={0} role="group" aria-label={name}>
      <div role="table" aria-label={name} aria-rowcount={lines.length + 1} style={{ minWidth: least }}>
        <div role="rowgroup" className={classes.head}>
          {table.getHeaderGroups().map((group) => (
            <div key={group.id} role="row" aria-rowindex={1} className={classes.row} style={grid}>
              {group.headers.map((header) => (
                <div
                  key={header.id}
                  role="columnheader"
                  className={sideOf(header.column.columnDef.meta)}
                >
                  {flexRender(header.column.columnDef.header, header.getContext())}
                </div>
              ))}
            </div>
          ))}
        </div>
        <div
          role="rowgroup"
          className={classes.rows}
          data-opens={choose !== undefined || undefined}
          style={{ height: virtual.getTotalSize() }}
        >
          {shown.map((item) => {
            const line = lines[item.index];
            if (line === undefined) return null;
            return (
              <div
                key={line.id}
                role="row"
                aria-rowindex={item.index + 2}
                className={classes.row}
                data-chosen={line.id === chosen || undefined}
                style={{ ...grid, top: item.start, height: ROW }}
                onClick={choose && (() => choose(line.id))}
              >
                {line.getVisibleCells().map((cell) => (
                  <div key={cell.id} role="cell" className={sideOf(cell.column.columnDef.meta)}>
                    {flexRender(cell.column.columnDef.cell, cell.getContext())}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function trackOf(column: { getSize: () => number; columnDef: { meta?: unknown } }): string {
  const size = column.getSize();
  return (column.columnDef.meta as Meta | undefined)?.fixed ? `${size}px` : `minmax(${size}px, ${size}fr)`;
}

function sideOf(meta: unknown): string {
  return (meta as Meta | undefined)?.right ? `${classes.right} figure` : "";
}
