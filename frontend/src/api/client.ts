/** The typed client: its types come from openapi.json at each build. Every answer that isn't a
 * success is thrown as an ApiProblem, in the server's own words of the person's language. */
import createClient, { type Middleware } from "openapi-fetch";

import type { paths } from "@/api/schema.gen";
import { language, say } from "@/words/i18n";

export class ApiProblem extends Error {
  constructor(
    readonly code: string,
    readonly title: string,
    readonly mend: string,
    readonly status: number,
    readonly about: Record<string, string> = {},
  ) {
    super(title);
    this.name = "ApiProblem";
  }
}

type Listener = () => void;
const signedOut = new Set<Listener>();

/** Calls back when an answer says that nobody is signed in (any more). */
export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

/** Nobody answered: the network or the centre is gone. */
export function unreachable(): ApiProblem {
  return new ApiProblem("unreachable", say("shell:unreachable"), say("shell:unreachableMend"), 0);
}

async function problemOf(response: Response): Promise<ApiProblem> {
  try {
    const said = await response.clone().json();
    if (typeof said.code === "string" && typeof said.title === "string") {
      return new ApiProblem(said.code, said.title, said.mend ?? "", response.status, said.about);
    }
  } catch {
    // not ours: a proxy's page, or half an answer
  }
  return new ApiProblem("fault", say("shell:fault"), say("shell:faultMend"), response.status);
}

const words: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", language());
    request.headers.set("Roost-Request", "1");
    return request;
  },
  async onResponse({ response, schemaPath }) {
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (response.status === 401 && schemaPath !== "/api/session") {
      for (const listener of signedOut) listener();
    }
    throw problem;
  },
  onError({ error }) {
    if (error instanceof ApiProblem) return error;
    if (error instanceof DOMException && error.name === "AbortError") return error;
    return unreachable();
  },
};

export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });
api.use(words);

/** The answer's body: `const me = await body(api.GET("/api/session"))`. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** A key that makes the same request done once. `crypto.randomUUID` is missing on plain HTTP. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
