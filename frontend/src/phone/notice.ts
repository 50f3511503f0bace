/** A call that rings behind other windows: a notification that answers on click, and the page's
 * title. */

export interface Notice {
  title: string; // "Power Grid · outage"
  body: string;
  answer(): void;
}

let shown: Notification | null = null;
let titleBefore: string | null = null;

/** Asks once, from a click; false where the person doesn't want any. */
export async function permitNotices(): Promise<boolean> {
  if (typeof Notification === "undefined") return false;
  if (Notification.permission === "default") await Notification.requestPermission();
  return Notification.permission === "granted";
}

/** Shows that a call rings; a further one takes the place of the first. */
export function showNotice(notice: Notice): void {
  clearNotice();
  titleBefore = document.title;
  document.title = `☎ ${notice.title}`;
  if (!document.hidden) return; // whoever looks at the page sees it there
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
  shown = new Notification(notice.title, {
    body: notice.body,
    tag: "roost-call",
    requireInteraction: true,
    silent: true, // the ring is on the device that the person chose
  });
  shown.onclick = () => {
    window.focus();
    notice.answer();
    clearNotice();
  };
}

export function clearNotice(): void {
  shown?.close();
  shown = null;
  if (titleBefore !== null) document.title = titleBefore;
  titleBefore = null;
}
