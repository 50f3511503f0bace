/** The name of this page's life: a reload keeps it, a duplicated tab gets one of its own. */

const KEY = "roost.phone.tab";

function fresh(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

/** Holds the name for as long as the page lives. */
export async function tabName(): Promise<string> {
  const kept = sessionStorage.getItem(KEY);
  const name = kept && (await held(kept)) ? kept : fresh();
  if (name !== kept) await held(name);
  sessionStorage.setItem(KEY, name);
  return name;
}

/** True when no other page has this name. A reloaded page's own lock may end a moment later. */
async function held(name: string): Promise<boolean> {
  if (!navigator.locks) return true;
  const signal = AbortSignal.timeout(500);
  return new Promise((done) => {
    navigator.locks
      .request(`roost-phone-${name}`, { signal }, () => {
        done(true);
        return new Promise<never>(() => undefined); // until the page is gone
      })
      .catch(() => done(false));
  });
}
