/** The phone in this page: an observable store around one standing WebRTC connection.
 *
 *     const phone = new Phone();
 *     phone.subscribe(listener); phone.now();          // for useSyncExternalStore
 *     await phone.start();                             // at sign-in, after a click
 *     phone.mute(true); phone.takeOver(); phone.stop();
 *
 * Answering, declining and hanging up are the desk's commands (`POST /api/desk/take` …): the
 * connection stands all the time, and the centre decides who is heard on it. No timer of the page
 * is evidence of anything; the centre's beats are answered, and its audio speaks for itself. */
import type { PhoneMessage } from "@/api/schema.gen";

import * as devices from "./devices";
import type { Choices, DeviceUse, Devices } from "./devices";
import { Line, type LineEvent } from "./line";
import { MicrophoneMissing, open as openMicrophone } from "./microphone";
import { between, type Counters, settled } from "./quality";
import { Signalling } from "./signalling";
import { Meter, type MicrophoneTest, Ringer, testMicrophone } from "./sound";
import { type Declined, type Grade, NO_QUALITY, OFF, type PhoneSnapshot } from "./state";
import { tabName } from "./tab";

const SHAKY_MS = 1500; // a connection that's disconnected for so long is made anew beside it
const SET_UP_MS = 8000; // a new one that isn't up by then is tried again
const AGAIN_MS = [500, 1000, 2000, 3000];
const RESTATED_MS = 500; // after a break the centre says anew what rings or talks
const FOR_GOOD = new Set(["bad_offer", "no_agent"]); // declined so: trying again is no use

function address(): string {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/api/desk/phone`;
}

export class Phone {
  private snapshot: PhoneSnapshot = OFF;
  private readonly listeners = new Set<() => void>();
  private readonly signalling: Signalling;
  private readonly speaker = new Audio();
  private readonly ringer = new Ringer();
  private tab = "";
  private wanted = false; // started, and not stopped since
  private starting = false;
  private microphone: MediaStreamTrack | null = null;
  private line: Line | null = null; // whose audio is the phone's
  private coming: Line | null = null; // being set up, to take over
  private turn = 0; // our latest offer's
  private tries = 0;
  private later: ReturnType<typeof setTimeout> | undefined;
  private meters: { microphone: Meter | null; speaker: Meter | null } = {
    microphone: null,
    speaker: null,
  };
  private counted: Counters | null = null;
  private measured: Grade = "unknown";
  private unwatch: () => void = () => undefined;

  constructor(url: string = address()) {
    this.signalling = new Signalling(url, {
      opened: () => this.opened(),
      closed: () => this.closed(),
      heard: (message) => this.heard(message),
    });
  }

  // --- the store ---

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly now = (): PhoneSnapshot => this.snapshot;

  private set(change: Partial<PhoneSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    for (const listener of [...this.listeners]) listener();
  }

  // --- what the person does ---

  /** Opens the microphone and connects; again after `no_microphone`. Best called from a click. */
  async start(): Promise<void> {
    this.wanted = true;
    if (this.microphone || this.starting) return;
    this.starting = true;
    this.set({ state: "connecting", why: null, declined: null });
    try {
      await this.openMicrophone();
      this.tab ||= await tabName();
    } catch (error) {
      const why = error instanceof MicrophoneMissing ? error.why : "failed";
      if (this.wanted) this.set({ state: "no_microphone", why });
      return;
    } finally {
      this.starting = false;
    }
    if (!this.wanted) {
      this.stop(); // meanwhile the browser was still asking
      return;
    }
    this.unwatch = devices.watch(() => void this.apply());
    this.signalling.start();
  }

  /** Gives the phone up: signing out, or another phone is used. */
  stop(): void {
    this.wanted = false;
    this.signalling.send({ kind: "leave" });
    this.signalling.stop();
    this.unwatch();
    clearTimeout(this.later);
    this.ringer.stop();
    this.drop();
    this.meters.microphone?.close();
    this.meters.microphone = null;
    this.microphone?.stop();
    this.microphone = null;
    this.snapshot = { ...OFF, autoAnswer: this.snapshot.autoAnswer };
    this.set({});
  }

  /** The person said yes: the phone comes here, from wherever it is. */
  takeOver(): void {
    this.tries = 0;
    void this.connect(true);
  }

  mute(muted: boolean): void {
    if (this.microphone) this.microphone.enabled = !muted;
    this.set({ muted });
  }

  /** Calls are taken as they come, without a key. */
  autoAnswer(on: boolean): void {
    this.set({ autoAnswer: on });
    this.hello();
  }

  devices(): Promise<Devices> {
    return devices.list();
  }

  choices(): Choices {
    return devices.chosen();
  }

  async choose(use: DeviceUse, id: string): Promise<void> {
    devices.choose(use, id);
    if (use === "microphone" && this.microphone) await this.openMicrophone();
    await this.apply();
  }

  /** Records three seconds and plays them back. */
  async test(): Promise<MicrophoneTest> {
    const own = this.microphone ?? (await openMicrophone(devices.chosen().microphone));
    const track = own.clone();
    track.enabled = true;
    try {
      return await testMicrophone(track, devices.chosen().speaker);
    } finally {
      track.stop();
      if (own !== this.microphone) own.stop();
    }
  }

  /** dBFS of both sides, for meters: read when they are drawn. */
  levels(): { microphone: number; speaker: number } {
    const silent = -100;
    return {
      microphone: this.meters.microphone?.db() ?? silent,
      speaker: this.meters.speaker?.db() ?? silent,
    };
  }

  /** A click that lets the browser play; see `blocked`. */
  async wake(): Promise<void> {
    await this.play();
    if (this.snapshot.call?.kind === "ringing") await this.ring();
  }

  // --- sound ---

  private async openMicrophone(): Promise<void> {
    const track = await openMicrophone(devices.chosen().microphone);
    track.enabled = !this.snapshot.muted;
    track.onended = () => void this.microphoneLost(track);
    const before = this.microphone;
    this.microphone = track;
    this.meters.microphone?.close();
    this.meters.microphone = new Meter(track);
    await this.line?.replace(track);
    await this.coming?.replace(track);
    before?.stop();
  }

  /** Unplugged: whatever else there is goes on. */
  private async microphoneLost(track: MediaStreamTrack): Promise<void> {
    if (track !== this.microphone) return;
    try {
      await this.openMicrophone();
    } catch (error) {
      this.set({ why: error instanceof MicrophoneMissing ? error.why : "failed" });
    }
  }

  private async apply(): Promise<void> {
    await devices.playOn(this.speaker, devices.chosen().speaker);
    this.set({});
  }

  private listenTo(line: Line, track: MediaStreamTrack): void {
    if (line !== this.line && line !== this.coming) return;
    this.speaker.srcObject = new MediaStream([track]);
    this.meters.speaker?.close();
    this.meters.speaker = new Meter(track);
    void this.play();
  }

  private async play(): Promise<void> {
    await devices.playOn(this.speaker, devices.chosen().speaker);
    try {
      await this.speaker.play();
      this.set({ blocked: false });
    } catch (error) {
      const blocked = error instanceof DOMException && error.name === "NotAllowedError";
      if (blocked) this.set({ blocked });
    }
  }

  private async ring(): Promise<void> {
    const plays = await this.ringer.start(devices.chosen().ringer);
    if (this.snapshot.call?.kind !== "ringing") this.ringer.stop();
    else if (!plays) this.set({ blocked: true });
  }

  // --- connections ---

  private async connect(takeOver = false): Promise<void> {
    clearTimeout(this.later);
    if (!this.microphone || !this.signalling.open) return;
    this.coming?.close();
    const turn = ++this.turn; // whatever answers an earlier offer is late
    const line: Line = new Line(
      this.microphone,
      (track) => this.listenTo(line, track),
      (event) => this.changed(line, event),
    );
    this.coming = line;
    if (!this.line?.up) {
      const before = this.snapshot.state;
      this.set({ state: before === "interrupted" ? before : "connecting", declined: null });
    }
    const sdp = await line.offer();
    if (line !== this.coming || !this.signalling.open) return;
    this.signalling.send({ kind: "offer", turn, sdp, take_over: takeOver });
    this.wait(SET_UP_MS);
  }

  /** Tries again after a while, unless all is well by then. */
  private wait(ms: number): void {
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      if (this.snapshot.state !== "elsewhere" && !(this.line?.up && !this.coming)) {
        void this.connect();
      }
    }, ms);
  }

  private changed(line: Line, event: LineEvent): void {
    if (event === "up" && line === this.coming) {
      const before = this.line;
      this.line = line;
      this.coming = null;
      this.counted = null;
      this.tries = 0;
      before?.close();
      clearTimeout(this.later);
      if (before) this.set({ state: "standing" });
    } else if (event === "up" && line === this.line) {
      this.set({ state: "standing" });
    } else if (event === "shaky" && line === this.line) {
      this.set({ state: "interrupted" });
      this.wait(SHAKY_MS);
    } else if (event === "failed") {
      this.failed(line);
    }
  }

  private failed(line: Line): void {
    if (line === this.line) {
      this.line = null;
      if (this.snapshot.state === "standing") this.set({ state: "interrupted" });
      if (!this.coming) void this.connect();
    } else if (line === this.coming) {
      this.coming = null;
      this.retry();
    }
  }

  private retry(): void {
    const wait = AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)] ?? 0;
    this.tries += 1;
    this.wait(wait);
  }

  private drop(): void {
    this.coming?.close();
    this.line?.close();
    this.coming = this.line = null;
    this.speaker.srcObject = null;
    this.meters.speaker?.close();
    this.meters.speaker = null;
    this.set({ quality: NO_QUALITY });
  }

  // --- signalling ---

  private hello(): void {
    const { autoAnswer } = this.snapshot;
    this.signalling.send({ kind: "hello", tab: this.tab, auto_answer: autoAnswer });
  }

  private opened(): void {
    this.set({ signalled: true });
    this.hello();
    const before = this.snapshot.call;
    if (before) {
      setTimeout(() => {
        if (this.snapshot.call === before) this.calls(null);
      }, RESTATED_MS);
    }
    if (!this.line?.up && this.snapshot.state !== "elsewhere") void this.connect();
  }

  private closed(): void {
    this.set({ signalled: false });
  }

  private heard(message: PhoneMessage): void {
    switch (message.kind) {
      case "beat":
        void this.measure();
        break;
      case "answer":
        if (message.turn === this.turn) void this.answered(message.sdp);
        break;
      case "declined":
        if (message.turn === this.turn) this.declined(message);
        break;
      case "line":
        this.stands(message.state);
        break;
      case "ringing":
        this.calls({ kind: "ringing", contact: message.contact ?? null });
        break;
      case "talking":
        this.calls({ kind: "talking", contact: message.contact ?? null });
        break;
      case "over":
        this.calls(null);
        break;
      default:
        break; // hello; bye is followed by the socket's end
    }
  }

  private async answered(sdp: string): Promise<void> {
    const line = this.coming;
    if (!line) return;
    try {
      await line.take(sdp);
    } catch {
      line.close();
      this.failed(line);
    }
  }

  private declined(declined: Declined): void {
    this.coming?.close();
    this.coming = null;
    clearTimeout(this.later);
    const { code, title, mend } = declined;
    const elsewhere = code === "phone_elsewhere";
    if (!this.line?.up) {
      const state = elsewhere ? "elsewhere" : "unavailable";
      this.set({ state, declined: { code, title, mend } });
    }
    if (!elsewhere && !FOR_GOOD.has(code)) this.retry();
  }

  private stands(state: Extract<PhoneMessage, { kind: "line" }>["state"]): void {
    switch (state) {
      case "standing":
        this.set({ state: "standing", declined: null });
        break;
      case "interrupted":
        this.set({ state: "interrupted" });
        if (!this.coming) this.wait(SHAKY_MS);
        break;
      case "lost":
        if (this.snapshot.state === "standing") this.set({ state: "interrupted" });
        if (!this.coming) void this.connect();
        break;
      case "elsewhere":
        this.drop();
        this.calls(null);
        this.set({ state: "elsewhere" });
        break;
      case "none":
        if (!this.coming && this.snapshot.state !== "elsewhere") void this.connect();
        break;
      case "connecting":
        break;
    }
  }

  private calls(call: PhoneSnapshot["call"]): void {
    this.set({ call });
    if (call?.kind === "ringing" && !this.snapshot.autoAnswer) void this.ring();
    else this.ringer.stop();
  }

  private async measure(): Promise<void> {
    const line = this.line;
    if (!line?.up) return;
    const counters = await line.counters();
    if (line !== this.line) return;
    void line.answerIn(counters.codec);
    const quality = between(this.counted, counters);
    const grade = settled(this.measured, quality.grade);
    this.counted = counters;
    this.measured = quality.grade;
    this.set({ quality: { ...quality, grade } });
    this.signalling.send({
      kind: "quality",
      loss_permille: quality.lossPermille,
      jitter_us: Math.min(60_000_000, quality.jitterMs * 1000),
      round_trip_us: Math.min(60_000_000, quality.roundTripMs * 1000),
      poor: grade === "poor",
    });
  }
}
