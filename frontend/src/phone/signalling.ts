/** The websocket of the phone. It comes back by itself; what wakes it are the browser's own
 * events (closed, online, visible), so that a page in the background isn't late. */
import type { PhoneMessage, PhoneRequest } from "@/api/schema.gen";

/** Waits before each further attempt, in ms; the first comes at once. */
export const AGAIN_MS = [0, 200, 500, 1000, 2000, 3000];
const MISSED_BEATS = 3;

export interface SignallingEvents {
  /** There (again): say hello. */
  opened(): void;
  closed(): void;
  heard(message: PhoneMessage): void;
}

export class Signalling {
  private socket: WebSocket | null = null;
  private tries = 0;
  private again: ReturnType<typeof setTimeout> | undefined;
  private silent: ReturnType<typeof setTimeout> | undefined;
  private beatMs = 5000;
  private wanted = false;

  constructor(
    private readonly url: string,
    private readonly events: SignallingEvents,
  ) {}

  get open(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.connect();
  }

  stop(): void {
    this.wanted = false;
    removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    clearTimeout(this.again);
    clearTimeout(this.silent);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  send(request: PhoneRequest): void {
    if (this.open) this.socket?.send(JSON.stringify(request));
  }

  /** Something says that the network may be back: no waiting. */
  readonly hurry = (): void => {
    if (!this.wanted || this.socket) return;
    this.tries = 0;
    this.connect();
  };

  private connect(): void {
    clearTimeout(this.again);
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.tries = 0;
      this.listen();
      this.events.opened();
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket !== this.socket) return;
      this.listen();
      this.take(JSON.parse(event.data) as PhoneMessage);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
  }

  private take(message: PhoneMessage): void {
    if (message.kind === "hello") this.beatMs = message.beat_us / 1000;
    if (message.kind === "beat") this.send({ kind: "alive", turn: message.turn });
    this.events.heard(message);
  }

  /** A half-open connection is given up when beats stay out. */
  private listen(): void {
    clearTimeout(this.silent);
    this.silent = setTimeout(() => {
      const socket = this.socket;
      this.lost();
      socket?.close();
    }, MISSED_BEATS * this.beatMs);
  }

  private lost(): void {
    this.socket = null;
    clearTimeout(this.silent);
    this.events.closed();
    if (!this.wanted) return;
    const wait = AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)] ?? 0;
    this.tries += 1;
    this.again = setTimeout(() => this.connect(), wait);
  }
}
