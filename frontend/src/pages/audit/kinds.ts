/** What the trail notes, in the order in which one looks for it. */
export const KINDS = [
  "RecordingHeard",
  "NumberShown",
  "TalkWatched",
  "DataExported",
  "AgentCommanded",
  "ModeSet",
  "AgentsMoved",
  "PrioritySet",
  "AccountChanged",
  "WallboardChanged",
  "PutInForce",
  "PersonHandled",
  "ValueCorrected",
  "DataExpired",
  "KeyRenewed",
  "KeyDestroyed",
  "MasterRotated",
] as const;

export type Kind = (typeof KINDS)[number];

export function isKind(what: string): what is Kind {
  return (KINDS as readonly string[]).includes(what);
}
