/** The feed: one websocket for the whole page. Rows replace rows; nothing is computed here.
 *
 *     idle → connecting → live → lost → connecting …      everybody can see which
 *
 * A page says which views and topics it shows (hooks.ts); the socket carries the union of what
 * all parts of the page want. Views that nobody shows any more are kept for a while, so that
 * going from page to page opens no new socket. Events resume from the last cursor: none is
 * missing, none comes twice. */
import type { FeedEvent, FeedMessage, RowChanged } from "@/api/schema.gen";
import { serverNow, setServerTime } from "@/feed/clock";

export type ViewName = RowChanged["view"];
export type RowOf<V extends ViewName> = NonNullable<Extract<RowChanged, { view: V }>["row"]>;
export type Table<V extends ViewName = ViewName> = ReadonlyMap<string, RowOf<V>>;
export type Link =
  | { state: "idle" | "connecting" | "live" }
  | { state: "lost"; since: number }; // µs: when it was last known to be right

const KEEP_MS = 30_000;
const GATHER_MS = 20;
const AGAIN_MS = [300, 700, 1500, 3000, 5000];
const QUIET_MS = 20_000; // longer than any heartbeat's interval, until a hello tells ours

type Listener = () => void;
type EventListener = (event: FeedEvent) => void;

const NOTHING: Table = new Map();

class Wanted {
  private readonly counts = new Map<string, number>();
  private readonly kept = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(private readonly changed: () => void) {}

  names(): string[] {
    return [...this.counts.keys(), ...this.kept.keys()].sort();
  }

  add(name: string): void {
    const waiting = this.kept.get(name);
    if (waiting !== undefined) {
      clearTimeout(waiting);
      this.kept.delete(name);
    }
    const count = this.counts.get(name) ?? 0;
    this.counts.set(name, count + 1);
    if (count === 0 && waiting === undefined) this.changed();
  }

  drop(name: string): void {
    const count = (this.counts.get(name) ?? 1) - 1;
    if (count > 0) {
      this.counts.set(name, count);
      return;
    }
    this.counts.delete(name);
    const later = setTimeout(() => {
      this.kept.delete(name);
      this.changed();
    }, KEEP_MS);
    this.kept.set(name, later);
  }

  clear(): void {
    for (const waiting of this.kept.values()) clearTimeout(waiting);
    this.kept.clear();
  }
}

export class Feed {
  private link: Link = { state: "idle" };
  private socket: WebSocket | undefined;
  private carried = "";
  private cursor: string | undefined;
  private tries = 0;
  private heardAt = 0;
  private greeted = false; // this socket has said hello
  private quietMs = QUIET_MS;
  private gathering: ReturnType<typeof setTimeout> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private quiet: ReturnType<typeof setTimeout> | undefined;
  private readonly views = new Wanted(() => this.gather());
  private readonly topics = new Wanted(() => this.gather());
  private readonly tables = new Map<string, Table>();
  private readonly tableListeners = new Map<string, Set<Listener>>();
  private readonly linkListeners = new Set<Listener>();
  private readonly eventListeners = new Map<string, Set<EventListener>>();
  /** Called when the centre says that the session is over. */
  onLoggedOut: () => void = () => {};
  /** Called when a socket wasn't let in: a browser doesn't tell why. */
  onRefused: () => void = () => {};

  // --- for the hooks ---

  watchView(view: ViewName, listener: Listener): () => void {
    const listeners = this.tableListeners.get(view) ?? new Set();
    this.tableListeners.set(view, listeners);
    listeners.add(listener);
    this.views.add(view);
    return () => {
      listeners.delete(listener);
      this.views.drop(view);
    };
  }

  table<V extends ViewName>(view: V): Table<V> {
    return (this.tables.get(view) ?? NOTHING) as Table<V>;
  }

  /** Whether a view's rows have ever come. */
  has(view: ViewName): boolean {
    return this.tables.has(view);
  }

  watchTopic(topic: string, listener: EventListener): () => void {
    const listeners = this.eventListeners.get(topic) ?? new Set();
    this.eventListeners.set(topic, listeners);
    listeners.add(listener);
    this.topics.add(topic);
    return () => {
      listeners.delete(listener);
      this.topics.drop(topic);
    };
  }

  watchLink = (listener: Listener): (() => void) => {
    this.linkListeners.add(listener);
    return () => this.linkListeners.delete(listener);
  };

  linkNow = (): Link => this.link;

  /** Forgets everything: somebody else may sign in. */
  reset(): void {
    this.views.clear();
    this.topics.clear();
    this.tables.clear();
    this.cursor = undefined;
    this.close();
    this.setLink({ state: "idle" });
    for (const view of this.tableListeners.keys()) this.tell(view);
    this.gather();
  }

  /** Tries at once: the network is back, or somebody looks at the page again. */
  nudge = (): void => {
    if (this.link.state === "lost" || this.link.state === "connecting") {
      this.tries = 0;
      this.open();
    }
  };

  // --- the socket ---

  private gather(): void {
    clearTimeout(this.gathering);
    this.gathering = setTimeout(() => {
      if (this.wantedNow() !== this.carried) this.open();
    }, GATHER_MS);
  }

  private wantedNow(): string {
    const views = this.views.names();
    const topics = this.topics.names();
    return views.length + topics.length === 0
      ? ""
      : `views=${views.join(",")}&topics=${topics.join(",")}`;
  }

  private open(): void {
    this.close();
    this.carried = this.wantedNow();
    if (this.carried === "") {
      this.setLink({ state: "idle" });
      return;
    }
    if (this.link.state === "idle") this.setLink({ state: "connecting" });
    const secure = location.protocol === "https:";
    const after = this.cursor === undefined ? "" : `&after=${this.cursor}`;
    const url = `${secure ? "wss" : "ws"}://${location.host}/api/feed?${this.carried}${after}`;
    const socket = new WebSocket(url);
    this.socket = socket;
    this.greeted = false;
    socket.onmessage = (message) => {
      if (socket === this.socket) this.take(JSON.parse(String(message.data)) as FeedMessage);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
    this.listenForQuiet();
  }

  private close(): void {
    clearTimeout(this.again);
    clearTimeout(this.quiet);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
    this.carried = "";
  }

  private lost(): void {
    if (!this.greeted) this.onRefused();
    if (this.link.state === "live") this.setLink({ state: "lost", since: this.heardAt });
    if (this.link.state === "connecting") this.setLink({ state: "lost", since: serverNow() });
    this.close();
    const wait = AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)] ?? 5000;
    this.tries += 1;
    this.again = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
  }

  /** A socket that says nothing for longer than its heartbeat is a dead one. */
  private listenForQuiet(): void {
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.lost(), this.quietMs);
  }

  private take(message: FeedMessage): void {
    this.heardAt = serverNow();
    this.listenForQuiet();
    switch (message.kind) {
      case "hello":
        setServerTime(message.at);
        this.quietMs = message.heartbeat_us / 1000 + 5000;
        this.tries = 0;
        this.greeted = true;
        this.heardAt = message.at;
        this.setLink({ state: "live" });
        return;
      case "heartbeat":
        setServerTime(message.at);
        this.cursor = message.cursor;
        this.heardAt = message.at;
        return;
      case "rows":
        this.replace(message.view, message.whole, message.rows as RowChanged[]);
        return;
      case "event":
        this.cursor = message.cursor;
        for (const listener of this.eventListeners.get(message.topic) ?? []) listener(message);
        return;
      case "bye":
        this.cursor = message.cursor;
        if (message.code === "logged_out") this.onLoggedOut();
        return;
    }
  }

  private replace(view: string, whole: boolean, rows: RowChanged[]): void {
    const table = new Map<string, unknown>(whole ? [] : this.tables.get(view));
    for (const { key, row } of rows) {
      if (row === null || row === undefined) table.delete(key);
      else table.set(key, row);
    }
    this.tables.set(view, table as Table);
    this.tell(view);
  }

  private tell(view: string): void {
    for (const listener of this.tableListeners.get(view) ?? []) listener();
  }

  private setLink(link: Link): void {
    this.link = link;
    document.documentElement.toggleAttribute("data-stale", link.state === "lost");
    for (const listener of this.linkListeners) listener();
  }
}

export const feed = new Feed();
addEventListener("online", feed.nudge);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) feed.nudge();
});
