/** What calls for attention when the desk lies behind other windows: the tab's title, and a
 * notification that answers on click. */
import { useEffect, useRef } from "react";

import { say } from "@/words/i18n";

const OWN_TITLE = () => `${say("desk:title")} · Roost`;

/** Asks once, from a click: a browser that isn't asked shows none. */
export function askForNotifications(): void {
  if ("Notification" in window && Notification.permission === "default") {
    void Notification.requestPermission();
  }
}

export interface Incoming {
  /** Names the offer: another one rings anew. */
  id: string;
  title: string;
  body: string;
}

/** While something rings: title and notification; both go with it. */
export function useIncoming(incoming: Incoming | null, answer: () => void): void {
  const latest = useRef(answer);
  latest.current = answer;
  const id = incoming?.id;
  const title = incoming?.title ?? "";
  const text = incoming?.body ?? "";
  useEffect(() => {
    if (id === undefined) return;
    document.title = `● ${title}`;
    return () => {
      document.title = OWN_TITLE();
    };
  }, [id, title]);
  useEffect(() => {
    if (id === undefined || !document.hidden) return;
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    const note = new Notification(title, { body: text, tag: id, requireInteraction: true });
    note.onclick = () => {
      window.focus();
      latest.current();
      note.close();
    };
    return () => note.close();
    // the words may come later than the ring: it's shown once
  }, [id]);
}
