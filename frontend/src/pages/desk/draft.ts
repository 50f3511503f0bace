/** The notes being written on this page, by segment: the field and the bar that finishes the
 * contact share them. Nothing of them stays in the browser. */
const notes = new Map<string, string>();
const MOST = 20;

export function remember(segment: string | null, note: string): void {
  if (segment === null) return;
  notes.delete(segment);
  notes.set(segment, note);
  for (const oldest of notes.keys()) {
    if (notes.size <= MOST) break;
    notes.delete(oldest);
  }
}

export function remembered(segment: string | null): string | null {
  return segment === null ? null : (notes.get(segment) ?? null);
}

/** After it's finished, or when somebody else signs in. */
export function forget(segment: string | null): void {
  if (segment !== null) notes.delete(segment);
}
