import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { PageTitle } from "@/shell/Shell";

import classes from "./Audit.module.css";
import { Filters } from "./Filters";
import type { AuditSearch, Changes } from "./search";
import { Trail } from "./Trail";

/** Who listened, looked, took away and changed: each noted before it could happen. */
export function Audit() {
  const { t } = useTranslation("audit");
  const search = useSearch({ from: "/audit" });
  const navigate = useNavigate({ from: "/audit" });
  const change = (changes: Changes) =>
    void navigate({
      search: (before: AuditSearch) =>
        Object.fromEntries(
          Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined),
        ) as AuditSearch,
      replace: true,
    });
  return (
    <div className={classes.page}>
      <PageTitle title={t("title")} />
      <Filters search={search} change={change} />
      <Trail search={search} change={change} />
    </div>
  );
}
