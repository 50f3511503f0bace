/** What is heard and measured in this page: levels, the ring, the microphone's test. */
import { playOn } from "./devices";

const SILENT_DB = -100;
const RING_S = 1;
const PAUSE_S = 3;
const RING_HZ = [480, 620];

let shared: AudioContext | null = null;

/** One context for the page; suspended until the person has clicked somewhere. */
export function context(): AudioContext {
  shared ??= new AudioContext();
  return shared;
}

/** The level of a track, read whenever a meter is drawn. */
export class Meter {
  private readonly analyser: AnalyserNode;
  private readonly source: MediaStreamAudioSourceNode;
  private readonly samples: Float32Array<ArrayBuffer>;

  constructor(track: MediaStreamTrack) {
    const audio = context();
    this.source = audio.createMediaStreamSource(new MediaStream([track]));
    this.analyser = audio.createAnalyser();
    this.analyser.fftSize = 1024;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.source.connect(this.analyser);
  }

  /** dBFS of the last 20 ms or so. */
  db(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    return rmsDb(this.samples);
  }

  close(): void {
    this.source.disconnect();
  }
}

export function rmsDb(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  return rms > 0 ? Math.max(SILENT_DB, 20 * Math.log10(rms)) : SILENT_DB;
}

/** Rings in a loop of its own: nothing in the page has to keep time for it. */
export class Ringer {
  private source: AudioBufferSourceNode | null = null;
  private readonly element = new Audio();

  async start(device: string): Promise<boolean> {
    if (this.source) return true;
    const audio = context();
    void audio.resume();
    const out = audio.createMediaStreamDestination();
    this.source = audio.createBufferSource();
    this.source.buffer = ringing(audio);
    this.source.loop = true;
    this.source.connect(out);
    this.source.start();
    this.element.srcObject = out.stream;
    await playOn(this.element, device);
    try {
      await this.element.play();
      return true;
    } catch {
      return false; // the browser wants a click first
    }
  }

  stop(): void {
    this.source?.stop();
    this.source = null;
    this.element.pause();
    this.element.srcObject = null;
  }
}

function ringing(audio: AudioContext): AudioBuffer {
  const rate = audio.sampleRate;
  const buffer = audio.createBuffer(1, (RING_S + PAUSE_S) * rate, rate);
  const samples = buffer.getChannelData(0);
  for (let at = 0; at < RING_S * rate; at++) {
    const edge = Math.min(1, at / (0.02 * rate), (RING_S * rate - at) / (0.02 * rate));
    let value = 0;
    for (const hz of RING_HZ) value += Math.sin((2 * Math.PI * hz * at) / rate);
    samples[at] = 0.15 * edge * value;
  }
  return buffer;
}

export interface MicrophoneTest {
  peakDb: number;
  /** Whether anything but noise was heard. */
  heard: boolean;
}

const HEARD_DB = -45;

/** Records a while and plays it back on the speaker. */
export async function testMicrophone(
  track: MediaStreamTrack,
  speaker: string,
  seconds = 3,
): Promise<MicrophoneTest> {
  const audio = context();
  await audio.resume();
  const parts: Blob[] = [];
  const recorder = new MediaRecorder(new MediaStream([track]));
  const stopped = new Promise<void>((done) => {
    recorder.onstop = () => done();
  });
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.start();
  setTimeout(() => recorder.stop(), seconds * 1000); // the person is looking at it
  await stopped;
  const sound = await audio.decodeAudioData(await new Blob(parts).arrayBuffer());
  const samples = sound.getChannelData(0);
  const window = Math.round(audio.sampleRate / 20);
  let peakDb = SILENT_DB;
  for (let at = 0; at + window <= samples.length; at += window) {
    peakDb = Math.max(peakDb, rmsDb(samples.subarray(at, at + window)));
  }
  const out = audio.createMediaStreamDestination();
  const source = audio.createBufferSource();
  source.buffer = sound;
  source.connect(out);
  const element = new Audio();
  element.srcObject = out.stream;
  await playOn(element, speaker);
  const over = new Promise<void>((done) => {
    source.onended = () => done();
  });
  await element.play().catch(() => undefined);
  source.start();
  await over;
  element.srcObject = null;
  return { peakDb, heard: peakDb > HEARD_DB };
}
