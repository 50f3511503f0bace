import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import { useLink } from "@/feed/hooks";
import { feed } from "@/feed/store";
import { PageTitle } from "@/shell/Shell";

import classes from "./Wallboard.module.css";

const ASK_MS = 3_000;
const LOOK_MS = 30_000;
const KEY = ["television"];

/** A screen without a login: shows a code until a supervisor has typed it, then its board. */
export function Television({ children }: { children: (name: string) => ReactNode }) {
  const queries = useQueryClient();
  const link = useLink();
  const now = useQuery({
    queryKey: KEY,
    queryFn: () => body(api.GET("/api/wallboards/codes")),
    refetchInterval: (query) => (query.state.data?.board ? LOOK_MS : ASK_MS),
  });
  const ask = useMutation({
    mutationFn: () => body(api.POST("/api/wallboards/codes")),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const { board, name, code } = now.data ?? {};
  const lacking = now.data !== undefined && !board && !code;
  useEffect(() => {
    if (lacking && !ask.isPending) ask.mutate();
  }, [lacking, now.dataUpdatedAt]);
  useEffect(() => {
    feed.nudge(); // paired just now: the feed lets us in
  }, [board]);
  useEffect(() => {
    // revoked? the board goes dark and a code comes
    if (link.state === "lost") void queries.invalidateQueries({ queryKey: KEY });
  }, [link.state, queries]);
  if (board && name) return children(name);
  return <Code code={code ?? undefined} />;
}

function Code({ code }: { code: string | undefined }) {
  const { t } = useTranslation("wallboard");
  return (
    <div className={classes.pairing}>
      <PageTitle title={t("title")} />
      <img src="/roost.svg" width={56} height={56} alt="" />
      <p className={classes.code} role="status">
        {code === undefined ? "····" : `${code.slice(0, 4)} ${code.slice(4)}`}
      </p>
      <p>{t("typeCode")}</p>
      <a href="/sign-in?then=%2Fwallboard">{t("orSignIn")}</a>
    </div>
  );
}
