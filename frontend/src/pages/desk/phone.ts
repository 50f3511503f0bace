/** The phone in this page, for the desk: one for as long as the page is open, whichever page is
 * shown. Who has one on the table says so, for this browser. */
import { useEffect, useSyncExternalStore } from "react";

import { api, body, idempotencyKey, onSignedOut } from "@/api/client";
import type { DeskRow } from "@/api/schema.gen";
import { feed } from "@/feed/store";
import { Phone, type PhoneSnapshot } from "@/phone";

export type Which = "page" | "table";

const KEPT = "roost-phone";
const AUTO = "roost-auto-answer";

export const phone = new Phone();
onSignedOut(() => phone.stop());

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // private windows may forbid it
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // it's then only for this visit
  }
}

let which: Which = kept(KEPT) === "table" ? "table" : "page";
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** By which phone one is reached here. */
export function useWhich(): Which {
  return useSyncExternalStore(subscribe, () => which);
}

export function choosePhone(next: Which): void {
  which = next;
  keep(KEPT, next);
  for (const listener of listeners) listener();
}

export function setAutoAnswer(on: boolean): void {
  keep(AUTO, on ? "on" : "off");
  phone.autoAnswer(on);
}

/** How the phone in this page is; null while one on the table is used. */
export function usePhone(): PhoneSnapshot | null {
  const now = useSyncExternalStore(phone.subscribe, phone.now);
  return useWhich() === "page" ? now : null;
}

const STANDS_MS = 8_000;
const NOT_COMING = new Set(["no_microphone", "unavailable", "elsewhere"]);

/** Signs in to the floor where I'm not yet, and waits until the phone in this page stands. Where it
 * can't, the centre says so in its answer to what I want to do with it. */
export async function reachable(): Promise<void> {
  const row = feed.table("desk").values().next().value; // PhoneEverywhere watches it
  if (row?.agent.presence === "signed_out") {
    const header = { "Idempotency-Key": idempotencyKey() };
    await body(api.POST("/api/desk/sign-in", { params: { header } }));
  }
  if (which === "table") return;
  await new Promise<void>((done) => {
    const look = () => {
      const { state } = phone.now();
      if (state !== "standing" && !NOT_COMING.has(state)) return;
      over();
    };
    const late = setTimeout(() => over(), STANDS_MS);
    const leave = phone.subscribe(look);
    const over = () => {
      clearTimeout(late);
      leave();
      done();
    };
    look();
  });
}

/** While one is signed in to the floor the phone stands; it goes with the shift. */
export function usePhoneLife(row: DeskRow): void {
  const here = useWhich() === "page";
  const signedIn = row.agent.presence !== "signed_out";
  useEffect(() => {
    if (here && signedIn) {
      if (kept(AUTO) === "on") phone.autoAnswer(true);
      void phone.start();
    } else {
      phone.stop();
    }
  }, [here, signedIn]);
  const begins = row.agent.presence === "offered" || row.watch != null;
  useEffect(() => {
    if (begins) phone.mute(false); // nobody begins a call unheard
  }, [begins]);
}
