/** Commands: something is asked of the centre, done once, and refused with words. */
import { useMutation, useQueryClient, type UseMutationResult } from "@tanstack/react-query";

import { idempotencyKey } from "@/api/client";
import { tellProblem } from "@/parts/tell";

interface Options<T> {
  /** Query keys that are stale after it. */
  stale?: readonly (readonly unknown[])[];
  done?: (answer: T) => void;
  /** Called besides the message in the corner, to take hopes back. */
  refused?: (error: unknown) => void;
}

/** `run` gets an idempotency key for the header of that name: a try that was cut off is tried
 * again with the same key, and done once.
 *
 *     const hold = useCommand((key) => body(api.POST("/api/desk/hold", { params: { header:
 *       { "Idempotency-Key": key } } })));
 *     hold.mutate();
 */
export function useCommand<V = void, T = unknown>(
  run: (key: string, value: V) => Promise<T>,
  options: Options<T> = {},
): UseMutationResult<T, unknown, V> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (value: V) => {
      const key = idempotencyKey();
      try {
        return await run(key, value);
      } catch (error) {
        if (!isUnsure(error)) throw error;
        return await run(key, value);
      }
    },
    onSuccess: (answer) => {
      for (const queryKey of options.stale ?? []) void queries.invalidateQueries({ queryKey });
      options.done?.(answer);
    },
    onError: (error) => {
      tellProblem(error);
      options.refused?.(error);
    },
  });
}

/** Whether it may or may not have been done: then trying again with the same key is safe. */
function isUnsure(error: unknown): boolean {
  const status = (error as { status?: number }).status;
  return status === 0 || status === 503;
}
