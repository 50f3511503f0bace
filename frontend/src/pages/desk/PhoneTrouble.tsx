import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { DeskRow } from "@/api/schema.gen";
import { IconAlertTriangle, IconPhone, IconVolumeOff, IconWifiOff } from "@/parts/icons";

import { choosePhone, phone, usePhone } from "./phone";
import classes from "./Phone.module.css";

/** What keeps the phone in this page from being one: what happened, what it means, what to do. */
export function PhoneTrouble({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  const now = usePhone();
  if (now === null || row.agent.presence === "signed_out") return null;
  const inCall = row.agent.presence === "talking";
  switch (now.state) {
    case "no_microphone": {
      const why = now.why ?? "failed";
      return (
        <Strip tone="now" title={t(`microphone.${why}`)} mend={t(`microphoneMend.${why}`)}>
          {why !== "insecure" && why !== "unsupported" && (
            <Button size="xs" onClick={() => void phone.start()}>
              {t("shell:again")}
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => choosePhone("table")}>
            {t("useTable")}
          </Button>
        </Strip>
      );
    }
    case "elsewhere":
      return (
        <Strip tone="you" title={t("elsewhere")} mend={t("elsewhereMend")}>
          <Button size="xs" onClick={() => phone.takeOver()}>
            {t("takeOverHere")}
          </Button>
        </Strip>
      );
    case "unavailable":
      return (
        <Strip
          tone="now"
          title={now.declined?.title ?? t("phone.unavailable")}
          mend={now.declined?.mend ?? t("unavailableMend")}
        />
      );
    case "interrupted":
      return (
        <Strip
          tone="soon"
          title={t("interrupted")}
          mend={inCall ? t("interruptedCall") : t("interruptedMend")}
        />
      );
    default:
      return <Quieter now={now.blocked} poor={inCall && now.quality.grade === "poor"} />;
  }
}

function Quieter({ now, poor }: { now: boolean; poor: boolean }) {
  const { t } = useTranslation("desk");
  if (now) {
    return (
      <Strip tone="soon" title={t("blocked")} mend={t("blockedMend")}>
        <Button size="xs" onClick={() => void phone.wake()}>
          {t("listen")}
        </Button>
      </Strip>
    );
  }
  return poor ? <Strip tone="soon" title={t("linePoor")} mend={t("linePoorMend")} /> : null;
}

interface StripProps {
  tone: "now" | "soon" | "you";
  title: string;
  mend: string;
  children?: React.ReactNode;
}

function Strip({ tone, title, mend, children }: StripProps) {
  const icons = { now: IconAlertTriangle, soon: IconWifiOff, you: IconPhone };
  const Icon = children && tone === "soon" ? IconVolumeOff : icons[tone];
  return (
    <div className={classes.trouble} data-tone={tone} role="status">
      <Icon size={20} />
      <div>
        <strong>{title}</strong>
        <span>{mend}</span>
      </div>
      {children}
    </div>
  );
}
