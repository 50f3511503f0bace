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
  "ActedAs",
  "WallboardChanged",
  "PutInForce",
  "PersonHandled",
  "ValueCorrected",
  "KeyRenewed",
  "KeyDestroyed",
  "MasterRotated",
] as const;

export type Kind = (typeof KINDS)[number];

export function isKind(what: string): what is Kind {
  return (KINDS as readonly string[]).includes(what);
}
