/** The microphone, or the reason why there is none. */
import type { NoMicrophone } from "./state";

export class MicrophoneMissing extends Error {
  constructor(readonly why: NoMicrophone) {
    super(why);
  }
}

const WHY: Record<string, NoMicrophone> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** Why this page could never have a microphone; null when it could. */
export function impossible(): NoMicrophone | null {
  if (!window.isSecureContext) return "insecure";
  if (typeof RTCPeerConnection === "undefined" || !navigator.mediaDevices?.getUserMedia) {
    return "unsupported";
  }
  return null;
}

/** Opens a microphone; the default one where the chosen one is gone. Throws MicrophoneMissing. */
export async function open(device: string): Promise<MediaStreamTrack> {
  const why = impossible();
  if (why !== null) throw new MicrophoneMissing(why);
  const audio: MediaTrackConstraints = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
  };
  try {
    const chosen = device ? { ...audio, deviceId: { exact: device } } : audio;
    return track(await navigator.mediaDevices.getUserMedia({ audio: chosen }));
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (device && WHY[name] === "none") return open("");
    throw new MicrophoneMissing(WHY[name] ?? "failed");
  }
}

function track(stream: MediaStream): MediaStreamTrack {
  const found = stream.getAudioTracks()[0];
  if (!found) throw new MicrophoneMissing("none");
  return found;
}
