import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { AlertRuleLine } from "@/api/schema.gen";
import { useTable } from "@/feed/hooks";
import { alertFigure, useAlertWords } from "@/parts/alerts";
import { Empty } from "@/parts/Empty";
import { Panel } from "@/parts/Panel";
import { Trouble } from "@/parts/Trouble";
import { clock } from "@/words/format";

import classes from "./Alerts.module.css";
import type { AlertsSearch } from "./search";

interface Props {
  search: AlertsSearch;
  choose: (rule: string | undefined) => void;
}

/** The rules in force: when somebody is called, who, and what they should do. */
export function Rules({ search, choose }: Props) {
  const { t } = useTranslation("alerts");
  const found = useQuery({ queryKey: ["alert-rules"], queryFn: () => body(api.GET("/api/alerts")) });
  const rules = found.data?.filter((one) => !search.client || one.client === search.client);
  return (
    <Panel title={t("rules")} scrolls className={classes.grow ?? ""}>
      {found.error ? (
        <Trouble error={found.error} again={() => void found.refetch()} />
      ) : rules === undefined ? (
        <Skeleton height={120} m="md" />
      ) : rules.length === 0 ? (
        <Empty title={t("noRules")}>{t("noRulesMend")}</Empty>
      ) : (
        <ul className={classes.rules}>
          {rules.map((one) => (
            <Rule
              key={one.alert}
              rule={one}
              chosen={one.alert === search.rule}
              choose={() => choose(one.alert === search.rule ? undefined : one.alert)}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

interface RuleProps {
  rule: AlertRuleLine;
  chosen: boolean;
  choose: () => void;
}

function Rule({ rule, chosen, choose }: RuleProps) {
  const { t } = useTranslation("alerts");
  const words = useAlertWords();
  const raised = useTable("alerts").has(rule.alert);
  const clears = { limit: alertFigure(rule.measure, rule.clears_at) };
  return (
    <li>
      <button
        type="button"
        className={classes.rule}
        aria-pressed={chosen}
        title={t("showPast")}
        onClick={choose}
      >
        <span className={classes.ruleHead}>
          <b>{words.what(rule)}</b>
          {raised && <span className={classes.tag}>{t("raised")}</span>}
        </span>
        <span className={classes.where}>
          {words.where(rule)} · {rule.alert}
        </span>
        <span className={classes.terms}>
          <span>{rule.for_us === 0 ? t("atOnce") : t("forTime", { time: clock(rule.for_us) })}</span>
          <span>{rule.above ? t("clearsAbove", clears) : t("clearsBelow", clears)}</span>
          <span>{t("goesTo", { who: rule.to.map((one) => t(`shell:role.${one}`)).join(", ") })}</span>
        </span>
        {rule.what_to_do !== "" && <span className={classes.toDo}>{rule.what_to_do}</span>}
      </button>
    </li>
  );
}
