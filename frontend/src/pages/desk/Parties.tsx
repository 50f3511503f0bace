import { ActionIcon } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { ClientWords, Desk, DeskRow, PartyRow } from "@/api/schema.gen";
import { Clock } from "@/parts/Clock";
import {
  IconEar,
  IconHeadset,
  IconPhoneCall,
  IconPhonePause,
  IconSpeakerphone,
  IconUser,
  IconWifiOff,
  IconX,
} from "@/parts/icons";

import { useDo } from "./commands";
import classes from "./Contact.module.css";
import { may, others, watchers } from "./useDesk";

interface Props {
  row: DeskRow;
  client: ClientWords | undefined;
  details: Desk | undefined;
}

/** Who takes part, once it's more than the customer and me, or somebody isn't simply talking. */
export function Parties({ row, client, details }: Props) {
  const { t } = useTranslation("desk");
  const there = others(row);
  const listening = watchers(row);
  const plain = there.length < 2 && there.every((one) => one.state === "talking" && !one.interrupted);
  if (row.talk === null || row.agent.presence !== "talking") return null;
  if (plain && listening.length === 0) return null;
  return (
    <ul className={classes.parties} aria-label={t("parties")}>
      {there.map((one) => (
        <Party key={one.leg} one={one} row={row} name={nameOf(one, client, details, t)} />
      ))}
      {listening.map((one) => (
        <Watcher key={one.leg} one={one} name={nameOf(one, client, details, t)} />
      ))}
    </ul>
  );
}

export function nameOf(
  one: PartyRow,
  client: ClientWords | undefined,
  details: Desk | undefined,
  t: (key: string) => string,
): string {
  if (one.agent !== null) return details?.names?.[one.agent] ?? one.agent;
  const entry = client?.directory.find((known) => known.entry === one.entry);
  if (entry !== undefined) return entry.name;
  if (one.party === "customer") return t("customer");
  return details?.numbers?.[one.leg] ?? t("outsideNumber");
}

function Party({ one, row, name }: { one: PartyRow; row: DeskRow; name: string }) {
  const { t } = useTranslation("desk");
  const drop = useDo("/api/desk/drop");
  const state = one.interrupted ? "interrupted" : one.state;
  const Icon =
    state === "interrupted"
      ? IconWifiOff
      : state === "held"
        ? IconPhonePause
        : state === "ringing"
          ? IconPhoneCall
          : one.party === "agent"
            ? IconHeadset
            : IconUser;
  return (
    <li data-state={state}>
      <Icon size={16} />
      <strong>{name}</strong>
      <span>{t(`party.${state}`)}</span>
      <Clock since={one.interrupted ?? one.since} />
      {may(row, "drop") && one.party !== "customer" && (
        <ActionIcon
          variant="subtle"
          size="sm"
          aria-label={t("dropParty", { name })}
          onClick={() => drop.mutate({ leg: one.leg })}
        >
          <IconX size={14} />
        </ActionIcon>
      )}
    </li>
  );
}

function Watcher({ one, name }: { one: PartyRow; name: string }) {
  const { t } = useTranslation("desk");
  const barge = one.mode === "barge";
  return (
    <li data-state="watcher">
      {barge ? <IconSpeakerphone size={16} /> : <IconEar size={16} />}
      <strong>{name}</strong>
      <span>{t(`watch.${one.mode ?? "listen"}`)}</span>
    </li>
  );
}
