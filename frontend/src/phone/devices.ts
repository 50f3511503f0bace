/** Which devices there are, and which of them the person has chosen; kept for this browser. */

export type DeviceUse = "microphone" | "speaker" | "ringer";
export type Choices = Record<DeviceUse, string>; // "" is the system's own

export interface Device {
  id: string;
  name: string;
}

export interface Devices {
  microphones: Device[];
  speakers: Device[];
  /** False where the browser plays on the system's device alone (Safari, Firefox before 116). */
  canChooseSpeaker: boolean;
}

const KEY = "roost.phone.devices";
const NONE: Choices = { microphone: "", speaker: "", ringer: "" };

export function chosen(): Choices {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const found = { ...NONE };
    for (const use of Object.keys(NONE) as DeviceUse[]) {
      const value = (kept as Record<string, unknown>)?.[use];
      if (typeof value === "string") found[use] = value;
    }
    return found;
  } catch {
    return { ...NONE };
  }
}

export function choose(use: DeviceUse, id: string): Choices {
  const choices = { ...chosen(), [use]: id };
  try {
    localStorage.setItem(KEY, JSON.stringify(choices));
  } catch {
    // private windows keep nothing: it holds for this page
  }
  return choices;
}

/** Names are empty until the microphone was allowed once. */
export async function list(): Promise<Devices> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind: MediaDeviceKind): Device[] =>
    all
      .filter((one) => one.kind === kind && one.deviceId !== "default" && one.deviceId !== "")
      .map((one) => ({ id: one.deviceId, name: one.label }));
  return {
    microphones: of("audioinput"),
    speakers: of("audiooutput"),
    canChooseSpeaker: "setSinkId" in HTMLMediaElement.prototype,
  };
}

/** Called when a headset is plugged in or out. Returns how to stop that. */
export function watch(changed: () => void): () => void {
  navigator.mediaDevices?.addEventListener("devicechange", changed);
  return () => navigator.mediaDevices?.removeEventListener("devicechange", changed);
}

type Sinkable = { setSinkId?: (id: string) => Promise<void> };

/** Plays on a device; on the system's own where that one is gone, or can't be chosen. */
export async function playOn(element: HTMLMediaElement, id: string): Promise<void> {
  const sink = element as HTMLMediaElement & Sinkable;
  try {
    await sink.setSinkId?.(id);
  } catch {
    await sink.setSinkId?.("").catch(() => undefined);
  }
}
