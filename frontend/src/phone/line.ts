/** One WebRTC connection with the centre's edge: our microphone out, the talk in. */
import { type Counters, read } from "./quality";

export type LineEvent = "up" | "shaky" | "failed";

/** G.711 in either law and keypad tones; the edge picks its law. Opus has no place here: the
 * edge carries packets as they are, and what's behind it speaks G.711. */
const CODECS = ["audio/PCMA", "audio/PCMU", "audio/telephone-event"];

export class Line {
  readonly connection = new RTCPeerConnection({ iceServers: [], bundlePolicy: "max-bundle" });
  private readonly sender: RTCRtpSender;
  private over = false;

  constructor(
    microphone: MediaStreamTrack,
    heard: (track: MediaStreamTrack) => void,
    private readonly told: (event: LineEvent) => void,
  ) {
    const transceiver = this.connection.addTransceiver(microphone, { direction: "sendrecv" });
    this.sender = transceiver.sender;
    const known = RTCRtpReceiver.getCapabilities("audio")?.codecs ?? [];
    const wanted = known.filter((one) => CODECS.includes(one.mimeType));
    transceiver.setCodecPreferences?.(wanted);
    this.connection.ontrack = (event) => heard(event.track);
    this.connection.onconnectionstatechange = () => this.changed();
  }

  /** Our description: complete without candidates, since the edge learns where we are. */
  async offer(): Promise<string> {
    await this.connection.setLocalDescription();
    return this.connection.localDescription?.sdp ?? "";
  }

  async take(sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: "answer", sdp });
  }

  async replace(microphone: MediaStreamTrack): Promise<void> {
    await this.sender.replaceTrack(microphone);
  }

  async counters(): Promise<Counters> {
    return read(await this.connection.getStats() as unknown as Iterable<[string, unknown]>);
  }

  get up(): boolean {
    return this.connection.connectionState === "connected";
  }

  close(): void {
    this.over = true;
    this.connection.close();
  }

  private changed(): void {
    if (this.over) return;
    const state = this.connection.connectionState;
    if (state === "connected") this.told("up");
    else if (state === "disconnected") this.told("shaky");
    else if (state === "failed" || state === "closed") this.told("failed");
  }
}
