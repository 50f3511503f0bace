import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiProblem, api, body } from "@/api/client";
import { known, sessionQuery } from "@/api/session";
import { feed } from "@/feed/store";
import { IconAlertCircle } from "@/parts/icons";
import { PageTitle } from "@/shell/Shell";
import { language, setLanguage } from "@/words/i18n";

import classes from "./SignIn.module.css";

export function SignIn() {
  const { t } = useTranslation("sign-in");
  const { then } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const passwordField = useRef<HTMLInputElement>(null);
  const signIn = useMutation({
    mutationFn: () => body(api.POST("/api/session", { body: { name: name.trim(), password } })),
    onSuccess: (me) => {
      queries.clear();
      feed.reset();
      known(me);
      queries.setQueryData(sessionQuery.queryKey, me);
      void navigate({ to: then ?? "/", replace: true });
    },
    onError: () => {
      setPassword("");
      passwordField.current?.focus();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!signIn.isPending && name.trim() !== "" && password !== "") signIn.mutate();
  };
  const other = language() === "en" ? "zh" : "en";
  return (
    <div className={classes.page}>
      <PageTitle title={t("title")} />
      <form className={classes.card} onSubmit={submit} aria-label={t("title")}>
        <div className={classes.brand}>
          <img src="/roost.svg" width={36} height={36} alt="" />
          <span>Roost</span>
        </div>
        <Stack gap="md">
          <SignInProblem error={signIn.error} />
          <TextInput
            label={t("name")}
            description={t("nameHint")}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            size="md"
            autoFocus
            required
            withAsterisk={false}
            maxLength={150}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <PasswordInput
            ref={passwordField}
            label={t("password")}
            autoComplete="current-password"
            size="md"
            required
            withAsterisk={false}
            maxLength={200}
            visibilityToggleButtonProps={{ "aria-label": t("showPassword"), tabIndex: 0 }}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <Button type="submit" size="md" loading={signIn.isPending} fullWidth>
            {t("go")}
          </Button>
        </Stack>
      </form>
      <button
        type="button"
        className={classes.language}
        lang={other}
        onClick={() => void setLanguage(other)}
      >
        {other === "zh" ? "中文" : "English"}
      </button>
    </div>
  );
}

function SignInProblem({ error }: { error: unknown }) {
  const { t } = useTranslation("sign-in");
  const seconds = useCountdown(error);
  const problem = error instanceof ApiProblem ? error : undefined;
  let title = problem?.title;
  let mend = problem?.mend;
  if (problem?.code === "too_many_failures") {
    title = t("locked");
    mend = seconds > 0 ? t("lockedFor", { count: seconds }) : t("lockedOver");
  }
  return (
    <div role="alert">
      {error !== null && (
        <div className={classes.problem}>
          <IconAlertCircle />
          <div>
            <Text fw={600}>{title ?? t("shell:fault")}</Text>
            <Text size="sm">{mend ?? t("shell:faultMend")}</Text>
          </div>
        </div>
      )}
    </div>
  );
}

/** How many seconds the lock still holds, counting down. */
function useCountdown(error: unknown): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const wait = error instanceof ApiProblem ? Number(error.about.seconds ?? 0) : 0;
    const until = Date.now() + wait * 1000;
    const count = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    count();
    if (wait === 0) return;
    const timer = setInterval(count, 1000);
    return () => clearInterval(timer);
  }, [error]);
  return left;
}
