/** The phone in this page; null while one on the table is used. */
export interface Phone {
  muted: boolean;
  mute: (muted: boolean) => void;
}

export function usePhone(): Phone | null {
  return null;
}
