/** A client's own colour, as a variable of the part that is about the client. */
import type { CSSProperties } from "react";

import type { ClientWords } from "@/api/schema.gen";

export function clientStyle(client: ClientWords | undefined): CSSProperties {
  return client?.colour ? ({ "--client": client.colour } as CSSProperties) : {};
}
