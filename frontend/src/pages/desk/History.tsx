import type { ContactRow } from "@/api/schema.gen";

/** What this client has had to do with that person before. */
export function History({ contact: _ }: { contact: ContactRow }) {
  return null;
}
