import { Button, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { DeskRow } from "@/api/schema.gen";
import { IconBuilding, IconPhoneOutgoing } from "@/parts/icons";

import { useDo } from "./commands";
import { KEYS } from "./Keypad";
import classes from "./Side.module.css";
import { type Clients, may } from "./useDesk";

/** Nobody is with me: call somebody, for a client, with its own number. */
export function CallOut({ row, clients }: { row: DeskRow; clients: Clients }) {
  const { t } = useTranslation("desk");
  const [chosen, choose] = useState<string | null>(null);
  const [number, setNumber] = useState("");
  const call = useDo("/api/desk/call", { done: () => setNumber("") });
  const callable = [...clients.values()].filter((one) => one.dials.length + one.directory.length > 0);
  const client = clients.get(chosen ?? "") ?? callable[0];
  const fits = may(row, "call");
  if (client === undefined || row.agent.presence === "signed_out") return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fits && number.trim() !== "") call.mutate({ client: client.client, number: number.trim() });
  };
  return (
    <>
      <section className={classes.block}>
        <h2>{t("callOut")}</h2>
        <form className={classes.form} onSubmit={submit}>
          {callable.length > 1 && (
            <Select
              label={t("callFor")}
              data={callable.map((one) => ({ value: one.client, label: one.name }))}
              value={client.client}
              onChange={choose}
              allowDeselect={false}
              checkIconPosition="right"
            />
          )}
          {client.dials.length > 0 && (
            <>
              <TextInput
                label={t("numberToCall")}
                type="tel"
                inputMode="tel"
                autoComplete="off"
                maxLength={40}
                value={number}
                onChange={(event) => setNumber(event.currentTarget.value)}
              />
              <div className={classes.pad}>
                {KEYS.map((key) => (
                  <Button key={key} variant="default" onClick={() => setNumber((now) => now + key)}>
                    {key}
                  </Button>
                ))}
              </div>
              <Button
                type="submit"
                leftSection={<IconPhoneOutgoing size={18} />}
                disabled={!fits || number.trim() === ""}
                loading={call.isPending}
              >
                {t("call")}
              </Button>
            </>
          )}
          {!fits && <p>{t("callNotNow")}</p>}
        </form>
      </section>
      {client.directory.length > 0 && (
        <section className={classes.block}>
          <h2>{t("directory")}</h2>
          <ul className={classes.list}>
            {client.directory.map((one) => (
              <li key={one.entry}>
                <button
                  type="button"
                  disabled={!fits}
                  title={t("callEntry", { name: one.name })}
                  onClick={() => call.mutate({ client: client.client, entry: one.entry })}
                >
                  <span>
                    <IconBuilding size={14} /> {one.name}
                  </span>
                  <small>{one.number}</small>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
