/** What the phone in this page says of itself: one immutable snapshot at a time. */

/** How the phone is.
 *
 *     off ─ start ─► connecting ─ audio ─► standing ⇄ interrupted
 *                        │                    │
 *                        ├─► elsewhere (another tab or machine has it: takeOver())
 *                        ├─► no_microphone (see `why`), unavailable (tried again by itself)
 *     off ◄─ stop ───────┴────────────────────┘                                            */
export type PhoneState =
  | "off"
  | "connecting"
  | "standing"
  | "interrupted"
  | "elsewhere"
  | "no_microphone"
  | "unavailable";

/** Why there is no microphone; each wants other words and another mend. */
export type NoMicrophone =
  | "insecure" // the page isn't https, nor on this very machine: browsers give no microphone
  | "unsupported" // this browser has no WebRTC
  | "denied" // the person, or a policy, said no
  | "none" // no microphone is plugged in
  | "busy" // another program holds it
  | "failed";

export type Grade = "unknown" | "good" | "fair" | "poor";

/** Of the last seconds; the worse direction counts. */
export interface Quality {
  grade: Grade;
  lossPermille: number;
  jitterMs: number;
  roundTripMs: number;
}

/** The contact that rings or talks; `contact` is its outside name, null until it's known. */
export interface PhoneCall {
  kind: "ringing" | "talking";
  contact: string | null;
}

/** An offer that the centre declined, in the server's words. */
export interface Declined {
  code: string;
  title: string;
  mend: string;
}

export interface PhoneSnapshot {
  state: PhoneState;
  why: NoMicrophone | null; // with no_microphone
  declined: Declined | null; // with unavailable and elsewhere
  call: PhoneCall | null;
  muted: boolean;
  quality: Quality;
  /** The websocket is there. Without it a call goes on, and nothing rings. */
  signalled: boolean;
  /** The browser plays nothing until the person has clicked: show a button for `wake()`. */
  blocked: boolean;
  autoAnswer: boolean;
}

export const NO_QUALITY: Quality = {
  grade: "unknown",
  lossPermille: 0,
  jitterMs: 0,
  roundTripMs: 0,
};

export const OFF: PhoneSnapshot = {
  state: "off",
  why: null,
  declined: null,
  call: null,
  muted: false,
  quality: NO_QUALITY,
  signalled: false,
  blocked: false,
  autoAnswer: false,
};
