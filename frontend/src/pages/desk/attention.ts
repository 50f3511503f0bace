/** What calls for attention while the desk lies behind other windows: the tab's title, and a
 * notification that answers on click. */
import { useEffect, useRef } from "react";

import { clearNotice, permitNotices, showNotice } from "@/phone";

/** Asks once, from a click: a browser that isn't asked shows none. */
export function askForNotifications(): void {
  void permitNotices();
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
  const body = incoming?.body ?? "";
  useEffect(() => {
    if (id === undefined) return;
    showNotice({ title, body, answer: () => latest.current() });
    return clearNotice;
  }, [id, title, body]);
}
