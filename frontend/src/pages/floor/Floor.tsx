import { Button, Select } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMaybeMe, useMay } from "@/api/session";
import { useTable } from "@/feed/hooks";
import { IconBolt, IconDeviceTv } from "@/parts/icons";
import { useDefinitions } from "@/parts/names";
import { useAction } from "@/shell/actions";
import { UndoBar } from "@/parts/UndoBar";
import { PageTitle } from "@/shell/Shell";

import { Activity } from "./Activity";
import { Agents, type Who } from "./Agents";
import { ContactsNow, type Which } from "./ContactsNow";
import { Course } from "./Course";
import { Figures } from "./Figures";
import classes from "./Floor.module.css";
import { ForNow } from "./ForNow";
import { Queues } from "./Queues";
import { RaisedHere } from "./RaisedHere";
import type { FloorSearch } from "./search";
import { WatchBar } from "./WatchBar";

const Declare = lazy(() => import("./Declare"));
const Televisions = lazy(() => import("@/pages/wallboard/Televisions"));

/** A supervisor's view of everything that goes on, for the scope that the address names. */
export function Floor() {
  const { t } = useTranslation("floor");
  const search = useSearch({ from: "/floor" });
  const [which, setWhich] = useState<Which>("all");
  const [who, setWho] = useState<Who>("there");
  const may = useMay();
  const me = useMaybeMe();
  const operator = me?.client === null;
  return (
    <div className={classes.floor}>
      <PageTitle title={t("title")} />
      <div className={classes.scope}>
        <Scope search={search} />
        <RaisedHere search={search} />
        {may("floor.command") && <DeclareButton client={search.client} />}
        {operator && may("floor.command") && <ForNow />}
        {may("wallboards.manage") && <TelevisionsButton />}
      </div>
      <Figures
        search={search}
        showWaiting={() => setWhich("waiting")}
        showAll={() => setWhich("all")}
        showReady={() => setWho("ready")}
      />
      <div className={classes.columns} data-single={!operator || undefined}>
        <div className={classes.column}>
          <Queues search={search} show={setWhich} />
          <Course search={search} />
          <ContactsNow search={search} which={which} choose={setWhich} />
        </div>
        {operator && (
          <div className={classes.column}>
            <Agents search={search} who={who} choose={setWho} />
            <Activity search={search} />
          </div>
        )}
      </div>
      {me?.agent && <WatchBar agent={me.agent} />}
      <UndoBar />
    </div>
  );
}

function DeclareButton({ client }: { client: string | undefined }) {
  const { t } = useTranslation("modes");
  const [open, setOpen] = useState(false);
  useAction({ label: t("declare"), group: t("declared"), run: () => setOpen(true) });
  return (
    <>
      <Button
        size="xs"
        variant="subtle"
        color="gray"
        leftSection={<IconBolt size={16} />}
        onClick={() => setOpen(true)}
      >
        {t("declare")}
      </Button>
      {open && (
        <Suspense>
          <Declare {...(client === undefined ? {} : { client })} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

function TelevisionsButton() {
  const { t } = useTranslation("floor");
  const [open, setOpen] = useState(false);
  useAction({ label: t("televisions"), group: t("title"), run: () => setOpen(true) });
  return (
    <>
      <Button
        size="xs"
        variant="subtle"
        color="gray"
        leftSection={<IconDeviceTv size={16} />}
        onClick={() => setOpen(true)}
      >
        {t("televisions")}
      </Button>
      {open && (
        <Suspense>
          <Televisions close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Which client's and team's floor; only what there is to choose from. */
function Scope({ search }: { search: FloorSearch }) {
  const { t } = useTranslation("floor");
  const navigate = useNavigate({ from: "/floor" });
  const definitions = useDefinitions();
  const queues = useTable("queues");
  const clients = useMemo(
    () => [...new Set([...queues.values()].map((row) => row.client))].sort(),
    [queues],
  );
  const teams = useMemo(
    () => [...new Set(definitions?.agents.map((one) => one.team))].sort(),
    [definitions],
  );
  const choose = (change: FloorSearch) =>
    void navigate({ search: (before: FloorSearch) => ({ ...before, ...change }), replace: true });
  return (
    <>
      {(clients.length > 1 || search.client !== undefined) && (
        <Select
          aria-label={t("client")}
          placeholder={t("allClients")}
          data={clients}
          value={search.client ?? null}
          onChange={(value) => choose({ client: value ?? undefined } as FloorSearch)}
          clearable
          size="xs"
          w={180}
        />
      )}
      {(teams.length > 1 || search.team !== undefined) && (
        <Select
          aria-label={t("team")}
          placeholder={t("allTeams")}
          data={teams}
          value={search.team ?? null}
          onChange={(value) => choose({ team: value ?? undefined } as FloorSearch)}
          clearable
          size="xs"
          w={160}
        />
      )}
    </>
  );
}
