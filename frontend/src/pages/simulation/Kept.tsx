import { ActionIcon, FileButton, Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import type { Simulation, SimulationReport } from "@/api/schema.gen";
import { Empty } from "@/parts/Empty";
import { IconFileText, IconTrash } from "@/parts/icons";
import { Panel } from "@/parts/Panel";
import { useCommand } from "@/parts/useCommand";
import { number, recent } from "@/words/format";
import { say } from "@/words/i18n";

import { useVariantName } from "./changes";
import { isReport, titleOf } from "./report";
import classes from "./Simulation.module.css";

const MOST_FILE = 64 << 20; // bytes

export interface OpenedFile {
  name: string;
  report: SimulationReport;
}

interface Props {
  kept: Simulation[];
  open: number | undefined;
  choose: (id: number | undefined) => void;
  opened: (file: OpenedFile) => void;
}

/** What was played, the newest first; a result's file is opened here, too. */
export function Kept({ kept, open, choose, opened }: Props) {
  const { t } = useTranslation("simulation");
  const name = useVariantName();
  const remove = useCommand(
    (_key, id: number) =>
      api.DELETE("/api/simulations/{simulation}", { params: { path: { simulation: id } } }),
    { stale: [["simulations"]] },
  );
  return (
    <Panel
      title={t("kept")}
      className={classes.kept ?? ""}
      side={
        <FileButton accept="application/json,.json" onChange={(file) => void read(file, opened)}>
          {(props) => (
            <Button
              {...props}
              size="compact-xs"
              variant="subtle"
              leftSection={<IconFileText size={14} />}
            >
              {t("openFile")}
            </Button>
          )}
        </FileButton>
      }
    >
      {kept.length === 0 ? (
        <Empty title={t("nothing")}>{t("nothingMend")}</Empty>
      ) : (
        <ul className={classes.list}>
          {kept.map((one) => (
            <li key={one.id} data-chosen={one.id === open || undefined}>
              <button type="button" onClick={() => choose(one.id)} aria-current={one.id === open}>
                <b>{titleOf(one.asked.scenario || one.asked.period || "")}</b>
                <span className={classes.state} data-state={one.state}>
                  {one.state === "running"
                    ? `${number(one.runs)}/${number(one.of)}`
                    : t(`state.${one.state}`)}
                </span>
                <small>
                  {(one.asked.changes ?? []).map((text) => name(text, 1)).join(" · ") || t("asItIs")}
                </small>
                <small>
                  {recent(one.began)} · {one.by}
                </small>
              </button>
              {one.state !== "running" && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t("forget", { name: one.asked.scenario || one.asked.period })}
                  onClick={() => {
                    if (one.id === open) choose(undefined);
                    remove.mutate(one.id);
                  }}
                >
                  <IconTrash size={14} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

async function read(file: File | null, opened: (file: OpenedFile) => void): Promise<void> {
  if (file === null) return;
  let found: unknown;
  try {
    found = file.size > MOST_FILE ? undefined : JSON.parse(await file.text());
  } catch {
    found = undefined;
  }
  if (isReport(found)) {
    opened({ name: file.name, report: found });
    return;
  }
  notifications.show({
    title: say("simulation:noResult"),
    message: say("simulation:noResultMend"),
    className: "problem",
    closeButtonProps: { "aria-label": say("shell:close") },
  });
}
