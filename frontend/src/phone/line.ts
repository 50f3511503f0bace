/** One WebRTC connection with the centre's edge: our microphone out, the talk in. */
import { type Counters, read } from "./quality";

export type LineEvent = "up" | "shaky" | "failed";

/** G.711 in either law first, the edge picks its law; Opus for a line that loses packets, and
 * keypad tones. */
const CODECS = ["audio/PCMA", "audio/PCMU", "audio/opus", "audio/telephone-event"];

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
    const wanted = CODECS.flatMap((name) => known.filter((one) => one.mimeType === name));
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

  /** Speaks as it's spoken to: the edge sends Opus where packets are lost, whichever way. A
   * browser that can't change its codec goes on in G.711, and is understood. */
  async answerIn(heard: string): Promise<void> {
    const wanted = parametersFor(this.sender.getParameters(), heard);
    if (!wanted) return;
    try {
      await this.sender.setParameters(wanted);
    } catch {
      // not this browser's
    }
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

type Coded = RTCRtpEncodingParameters & { codec?: RTCRtpCodec };

/** The sender's parameters with the codec that's heard; null where there's nothing to change. */
export function parametersFor(
  now: RTCRtpSendParameters,
  heard: string,
): RTCRtpSendParameters | null {
  const codec = now.codecs.find((one) => one.mimeType === heard);
  const encoding = now.encodings[0] as Coded | undefined;
  const spoken = encoding?.codec?.mimeType ?? now.codecs[0]?.mimeType;
  if (!codec || !encoding || spoken === heard) return null;
  encoding.codec = codec;
  return now;
}
