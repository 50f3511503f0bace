/** What can be done now: pages register actions; the palette lists them and their keys work.
 *
 * Keys are written as `mod+k` (Ctrl, or Cmd on a Mac), `alt+2`, `shift+?`, `f2`, `h`. A key without
 * Ctrl or Alt does nothing while somebody types, while a dialog is open, and for people who have
 * switched single keys off (WCAG 2.1.4). The action registered last wins a key. */
import { useEffect, useId, useRef, useSyncExternalStore } from "react";

export interface Action {
  /** What it's called in the palette and on buttons. */
  label: string;
  run: () => void;
  /** The palette's heading. */
  group?: string;
  keys?: string;
  enabled?: boolean;
  /** Works even while somebody types (always so with Ctrl or Alt). */
  whileTyping?: boolean;
}

export interface Registered extends Action {
  id: string;
}

let actions: Registered[] = [];
const listeners = new Set<() => void>();

function changed(next: Registered[]): void {
  actions = next;
  for (const listener of listeners) listener();
}

/** Registers an action while the component is shown; its words and its `run` may change. */
export function useAction(action: Action): void {
  const id = useId();
  const run = useRef(action.run);
  run.current = action.run;
  const { label, group, keys, enabled, whileTyping } = action;
  useEffect(() => {
    if (enabled === false) return;
    const one: Registered = { id, label, run: () => run.current() };
    if (group !== undefined) one.group = group;
    if (keys !== undefined) one.keys = keys;
    if (whileTyping !== undefined) one.whileTyping = whileTyping;
    changed([...actions, one]);
    return () => changed(actions.filter((other) => other.id !== id));
  }, [id, label, group, keys, enabled, whileTyping]);
}

/** All actions, for the palette. */
export function useActions(): Registered[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => actions,
  );
}

const isMac = /mac|iphone|ipad/i.test(navigator.platform);

/** The keys as people know them: Ctrl K, ⌘ K, Alt 2. */
export function shownKeys(keys: string): string[] {
  const names: Record<string, string> = isMac
    ? { mod: "⌘", alt: "⌥", shift: "⇧", enter: "↵", escape: "Esc", space: "Space" }
    : { mod: "Ctrl", alt: "Alt", shift: "⇧", enter: "↵", escape: "Esc", space: "Space" };
  return keys.split("+").map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}

/** The keys for aria-keyshortcuts. */
export function ariaKeys(keys: string): string {
  const names: Record<string, string> = { mod: isMac ? "Meta" : "Control", alt: "Alt", shift: "Shift" };
  return keys.split("+").map((key) => names[key] ?? key).join("+");
}

const SINGLE = "roost-single-keys";

export function singleKeysOn(): boolean {
  return localStorage.getItem(SINGLE) !== "off";
}

export function setSingleKeys(on: boolean): void {
  localStorage.setItem(SINGLE, on ? "on" : "off");
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** With Alt a Mac, and an input method, write another sign: then the key's place counts. */
function codeOf(key: string | undefined): string {
  return /^[a-z]$/.test(key ?? "") ? `Key${key?.toUpperCase()}` : `Digit${key}`;
}

function fits(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.toLowerCase().split("+");
  const key = parts.pop();
  const mod = isMac ? event.metaKey : event.ctrlKey;
  return (
    (event.key.toLowerCase() === key ||
      (key === "space" && event.key === " ") ||
      (event.altKey && codeOf(key) === event.code)) &&
    mod === parts.includes("mod") &&
    event.altKey === parts.includes("alt") &&
    (event.shiftKey === parts.includes("shift") || event.key === "?")
  );
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
  const named = event.key.length > 1; // F2, Escape
  const action = actions.findLast((one) => one.keys !== undefined && fits(one.keys, event));
  if (action === undefined) return;
  if (plain && !action.whileTyping) {
    if (isTyping(event.target) || document.querySelector("[role=dialog]") !== null) return;
    if (!named && !singleKeysOn()) return;
    if (named && event.target instanceof HTMLButtonElement && event.key === "Enter") return;
  }
  event.preventDefault();
  action.run();
});
