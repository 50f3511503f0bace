/** The desk's commands: each done once, refused in words that an agent understands. */
import type { UseMutationResult } from "@tanstack/react-query";

import { ApiProblem, api } from "@/api/client";
import type { paths } from "@/api/schema.gen";
import { useCommand } from "@/parts/useCommand";
import { say } from "@/words/i18n";

type Posts = {
  [P in keyof paths]: paths[P] extends { post: object } ? P : never;
}[keyof paths];

type Given<P extends Posts> = paths[P]["post"] extends {
  requestBody: { content: { "application/json": infer B } };
}
  ? B
  : void;

/** Codes that mean something special to somebody in a call: `desk:refused.CODE`. */
const OWN_WORDS = new Set([
  "no_contact",
  "no_offer",
  "stale",
  "not_host",
  "consulting",
  "target_not_ready",
  "unknown_target",
  "no_other_party",
  "too_many_parties",
  "nothing_to_wrap_up",
  "queue_full",
  "not_recorded",
  "no_phone",
  "no_media",
]);

function inOurWords(error: unknown): unknown {
  if (!(error instanceof ApiProblem) || !OWN_WORDS.has(error.code)) return error;
  return new ApiProblem(
    error.code,
    say(`desk:refused.${error.code}`),
    say(`desk:mend.${error.code}`),
    error.status,
    error.about,
  );
}

async function send(path: Posts, key: string, given: unknown): Promise<unknown> {
  const post = api.POST as (path: string, init: object) => Promise<{ data?: unknown }>;
  const init = { params: { header: { "Idempotency-Key": key } } };
  try {
    const json = given === undefined ? {} : { body: given };
    return (await post(path, { ...init, ...json })).data;
  } catch (error) {
    throw inOurWords(error);
  }
}

interface Options {
  refused?: () => void;
  done?: () => void;
  stale?: readonly (readonly unknown[])[];
}

/** A command of mine: `const hold = useDo("/api/desk/hold"); hold.mutate()`. */
export function useDo<P extends Posts>(
  path: P,
  options: Options = {},
): UseMutationResult<unknown, unknown, Given<P>> {
  return useCommand<Given<P>, unknown>((key, given) => send(path, key, given), options);
}
