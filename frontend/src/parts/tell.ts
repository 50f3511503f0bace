/** Short messages in the corner; read aloud, and gone by themselves. */
import { notifications } from "@mantine/notifications";

import { ApiProblem } from "@/api/client";
import { say } from "@/words/i18n";

/** What went wrong with something that was asked for. */
export function tellProblem(error: unknown): void {
  const problem = error instanceof ApiProblem ? error : undefined;
  notifications.show({
    id: problem ? `problem-${problem.code}` : undefined,
    title: problem?.title ?? say("shell:fault"),
    message: problem?.mend ?? say("shell:faultMend"),
    withCloseButton: true,
    autoClose: 8000,
    className: "problem",
    closeButtonProps: { "aria-label": say("shell:close") },
  });
}

/** That something was done, where the page doesn't show it by itself. */
export function tellDone(message: string): void {
  notifications.show({
    message,
    autoClose: 4000,
    closeButtonProps: { "aria-label": say("shell:close") },
  });
}
