/** A contact's way as chapters: what it went through, one after the other. */
import type { Contact, Moment } from "@/api/schema.gen";

export type ChapterKind = "flow" | "wait" | "ring" | "talk" | "hold" | "wrapUp" | "message";

export interface Candidate {
  agent: string;
  idle_us: number;
}

/** Why this agent: the decision as it was kept. */
export interface Why {
  policy: string;
  candidates: Candidate[];
  eligible: number;
  excluded: Record<string, number>;
}

export interface Chapter {
  kind: ChapterKind;
  from: number;
  to: number | null;
  queue?: string;
  agent?: string;
  /** What the caller chose, or how it ended. */
  said?: string;
  why?: Why;
}

type Detail = Record<string, string>;

class Story {
  readonly chapters: Chapter[] = [];

  open(kind: ChapterKind, at: number, more: Partial<Chapter> = {}): void {
    this.chapters.push({ kind, from: at, to: null, ...more });
  }

  close(kinds: ChapterKind[], at: number, said?: string): void {
    for (const one of this.chapters) {
      if (one.to !== null || !kinds.includes(one.kind)) continue;
      one.to = at;
      if (said) one.said = said;
    }
  }

  closeAll(at: number): void {
    for (const one of this.chapters) one.to ??= at;
  }

  last(kind: ChapterKind): Chapter | undefined {
    return this.chapters.findLast((one) => one.kind === kind);
  }
}

type Teller = (story: Story, at: number, detail: Detail) => void;

const TELLERS: Record<string, Teller> = {
  "calls.CallArrived": (story, at) => story.open("flow", at),
  "calls.CallMade": (story, at) => story.open("ring", at),
  "flows.FlowAdvanced": (story, _, { choice }) => {
    const flow = story.last("flow");
    if (flow && choice) flow.said = choice;
  },
  "queues.ContactQueued": (story, at, { queue }) => {
    story.close(["flow", "talk", "hold"], at);
    story.open("wait", at, queue ? { queue } : {});
  },
  "queues.ContactDequeued": (story, at, { outcome }) => story.close(["wait"], at, outcome),
  "routing.Assigned": (story, at, detail) => {
    const more: Partial<Chapter> = { why: whyOf(detail) };
    if (detail.agent) more.agent = detail.agent;
    if (detail.queue) more.queue = detail.queue;
    story.open("ring", at, more);
  },
  "agents.OfferEnded": (story, at, { why }) => story.close(["ring"], at, why),
  "agents.OfferTaken": (story, at, { agent }) => {
    story.close(["ring", "wait", "flow"], at);
    story.open("talk", at, agent ? { agent } : {});
  },
  "calls.CallerHeld": held,
  "calls.PartyHeld": (story, at, detail) => {
    if (detail.party === undefined || detail.party === "customer") held(story, at, detail);
  },
  "agents.WrapUpStarted": (story, at, { agent }) => {
    story.close(["talk", "hold"], at);
    story.open("wrapUp", at, agent ? { agent } : {});
  },
  "agents.SegmentClosed": (story, at, { code }) => story.close(["wrapUp", "talk"], at, code),
  "calls.TrackStarted": (story, at, { purpose }) => {
    if (purpose === "message" || purpose === "voicemail") story.open("message", at);
  },
  "calls.ContactEnded": (story, at) =>
    story.close(["flow", "wait", "ring", "hold", "message"], at),
};

function held(story: Story, at: number, detail: Detail): void {
  if (detail.held === "true") story.open("hold", at);
  else story.close(["hold"], at);
}

function whyOf(detail: Detail): Why {
  return {
    policy: detail.policy ?? "",
    candidates: parsed<Candidate[]>(detail.candidates, []),
    eligible: Number(detail.eligible ?? 0),
    excluded: parsed<Record<string, number>>(detail.excluded, {}),
  };
}

function parsed<T>(text: string | undefined, otherwise: T): T {
  try {
    return text === undefined ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

/** In their order. A chapter that goes on has no end. */
export function chaptersOf(contact: Contact): Chapter[] {
  const story = new Story();
  for (const one of contact.history as Moment[]) {
    TELLERS[one.what]?.(story, one.at, one.detail);
  }
  if (contact.summary.ended !== null) {
    for (const one of story.chapters) if (one.kind !== "wrapUp") one.to ??= contact.summary.ended;
  }
  return story.chapters;
}
