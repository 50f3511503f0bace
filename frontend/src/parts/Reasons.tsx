import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import { Trouble } from "@/parts/Trouble";
import { timeOfDay } from "@/words/format";
import { language } from "@/words/i18n";

import classes from "./Reasons.module.css";

const AGAIN_MS = 3000;

/** The router's words on a contact: why nobody has it yet, and each decision so far. */
export function Reasons({ reference }: { reference: string }) {
  const { t } = useTranslation("shell");
  const why = useQuery({
    queryKey: ["why", reference],
    queryFn: () =>
      body(api.GET("/api/contacts/{ref}/why", { params: { path: { ref: reference } } })),
    refetchInterval: (query) => (query.state.data?.waits === null ? false : AGAIN_MS),
  });
  if (why.error) return <Trouble error={why.error} again={() => void why.refetch()} />;
  if (why.data === undefined) return <Skeleton height={72} />;
  const { said, reasons } = why.data;
  const of = language();
  return (
    <div className={classes.reasons}>
      {said.length > 0 && (
        <div className={classes.now}>
          {said.map((one) => (
            <p key={one.en}>{one[of]}</p>
          ))}
        </div>
      )}
      {reasons.length > 0 && (
        <ol>
          {reasons.map((one, index) => (
            <li key={`${one.at}-${index}`}>
              <time>{timeOfDay(one.at, true)}</time>
              <span>
                {one[of].split(/[;；]\s*/).map((part) => (
                  <span key={part} className={classes.part}>
                    {part}
                  </span>
                ))}
              </span>
            </li>
          ))}
        </ol>
      )}
      {said.length === 0 && reasons.length === 0 && <p className={classes.none}>{t("noReasons")}</p>}
    </div>
  );
}
