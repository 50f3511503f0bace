/** A recording for the player: the whole file once, its peaks for the picture. */

export interface Sound {
  url: string;
  seconds: number;
  /** For each side (the caller, the agents), peaks from 0 to 1. */
  peaks: Float32Array[];
}

const PICTURE = 600;

/** Reads 16-bit PCM (RIFF/WAVE) as the API sends it. Throws for anything else. */
export function soundOf(file: ArrayBuffer): Sound {
  const view = new DataView(file);
  const format = chunk(view, "fmt ");
  const data = chunk(view, "data");
  const sides = view.getUint16(format.at + 2, true);
  const rate = view.getUint32(format.at + 4, true);
  if (view.getUint16(format.at + 14, true) !== 16) throw new Error("not 16-bit PCM");
  const frames = Math.floor(data.length / 2 / sides);
  const samples = new Int16Array(file, data.at, frames * sides);
  return {
    url: URL.createObjectURL(new Blob([file], { type: "audio/wav" })),
    seconds: frames / rate,
    peaks: Array.from({ length: sides }, (_, side) => peaksOf(samples, side, sides, frames)),
  };
}

function chunk(view: DataView, name: string): { at: number; length: number } {
  let at = 12;
  while (at + 8 <= view.byteLength) {
    const found = String.fromCharCode(...new Uint8Array(view.buffer, at, 4));
    const length = Math.min(view.getUint32(at + 4, true), view.byteLength - at - 8);
    if (found === name) return { at: at + 8, length };
    at += 8 + length + (length % 2);
  }
  throw new Error(`no ${name} in this sound`);
}

function peaksOf(samples: Int16Array, side: number, sides: number, frames: number): Float32Array {
  const peaks = new Float32Array(Math.min(PICTURE, Math.max(1, frames)));
  const span = frames / peaks.length;
  for (let bar = 0; bar < peaks.length; bar += 1) {
    let most = 0;
    for (let frame = Math.floor(bar * span); frame < (bar + 1) * span && frame < frames; frame += 1)
      most = Math.max(most, Math.abs(samples[frame * sides + side] ?? 0));
    peaks[bar] = most / 32768;
  }
  return peaks;
}
