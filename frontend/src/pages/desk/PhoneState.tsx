import { Button, Drawer, SegmentedControl, Select, Switch } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { DeskRow } from "@/api/schema.gen";
import {
  IconAdjustments,
  IconHeadset,
  IconMicrophone,
  IconPhone,
  IconPhoneOff,
  IconWifi,
  IconWifiOff,
} from "@/parts/icons";
import type { Devices, DeviceUse, PhoneSnapshot } from "@/phone";
import { useAction } from "@/shell/actions";

import { Meter } from "./Meter";
import { choosePhone, phone, setAutoAnswer, usePhone, useWhich, type Which } from "./phone";
import classes from "./Phone.module.css";

/** By which phone I'm reached, and how it is; opens what can be set about it. */
export function PhoneState({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  const [open, setOpen] = useState(false);
  const now = usePhone();
  useAction({ label: t("phoneSettings"), group: t("groupState"), run: () => setOpen(true) });
  const { icon: Icon, words, tone } = useWords(now, row);
  return (
    <>
      <button
        type="button"
        className={classes.state}
        data-tone={tone}
        onClick={() => setOpen(true)}
        aria-haspopup="dialog"
      >
        <Icon size={16} />
        <span>{words}</span>
        <IconAdjustments size={16} />
      </button>
      <Drawer
        opened={open}
        onClose={() => setOpen(false)}
        position="left"
        size={380}
        title={t("phoneSettings")}
        closeButtonProps={{ "aria-label": t("shell:close") }}
      >
        <PhoneSettings now={now} />
      </Drawer>
    </>
  );
}

function useWords(now: PhoneSnapshot | null, row: DeskRow) {
  const { t } = useTranslation("desk");
  if (now === null) {
    return row.agent.phone || row.agent.presence === "signed_out"
      ? { icon: IconPhone, words: t("phoneThere"), tone: undefined }
      : { icon: IconPhoneOff, words: t("phoneMissing"), tone: "now" };
  }
  const tones: Record<PhoneSnapshot["state"], string | undefined> = {
    off: undefined,
    connecting: "you",
    standing: now.quality.grade === "poor" ? "soon" : "good",
    interrupted: "soon",
    elsewhere: "you",
    no_microphone: "now",
    unavailable: "now",
  };
  const icons = { interrupted: IconWifiOff, no_microphone: IconPhoneOff, unavailable: IconPhoneOff };
  const icon = icons[now.state as keyof typeof icons] ?? IconHeadset;
  const poor = now.state === "standing" && now.quality.grade === "poor";
  return { icon, words: poor ? t("linePoor") : t(`phone.${now.state}`), tone: tones[now.state] };
}

function PhoneSettings({ now }: { now: PhoneSnapshot | null }) {
  const { t } = useTranslation("desk");
  const which = useWhich();
  return (
    <div className={classes.settings}>
      <SegmentedControl
        fullWidth
        value={which}
        onChange={(value) => choosePhone(value as Which)}
        data={[
          { value: "page", label: t("phonePage") },
          { value: "table", label: t("phoneTable") },
        ]}
        aria-label={t("phoneWhich")}
      />
      {now === null ? (
        <p className={classes.about}>{t("phoneTableAbout")}</p>
      ) : (
        <>
          <DeviceChoices />
          <MicrophoneTest />
          <Switch
            label={t("autoAnswer")}
            description={t("autoAnswerAbout")}
            checked={now.autoAnswer}
            onChange={(event) => setAutoAnswer(event.currentTarget.checked)}
          />
          <p className={classes.about}>
            <IconWifi size={16} />
            {now.state === "standing"
              ? t("quality", {
                  grade: t(`grade.${now.quality.grade}`),
                  loss: (now.quality.lossPermille / 10).toFixed(1),
                  delay: Math.round(now.quality.roundTripMs),
                })
              : t(`phone.${now.state}`)}
          </p>
        </>
      )}
    </div>
  );
}

const USES: DeviceUse[] = ["microphone", "speaker", "ringer"];

function DeviceChoices() {
  const { t } = useTranslation("desk");
  const [found, setFound] = useState<Devices | null>(null);
  const [chosen, setChosen] = useState(phone.choices());
  useEffect(() => {
    const list = () => void phone.devices().then(setFound);
    list();
    return phone.subscribe(list);
  }, []);
  if (found === null) return null;
  return (
    <>
      {USES.map((use) => {
        const devices = use === "microphone" ? found.microphones : found.speakers;
        if (use !== "microphone" && !found.canChooseSpeaker) return null;
        const named = devices.map((one, index) => ({
          value: one.id,
          label: one.name || t("deviceNumber", { number: index + 1 }),
        }));
        return (
          <Select
            key={use}
            label={t(`device.${use}`)}
            data={[{ value: "", label: t("deviceSystem") }, ...named]}
            value={chosen[use]}
            allowDeselect={false}
            onChange={(id) => {
              void phone.choose(use, id ?? "").then(() => setChosen(phone.choices()));
            }}
          />
        );
      })}
    </>
  );
}

type Tried = "not" | "listening" | "heard" | "silent" | "failed";

/** Three seconds, played back: whether anything is heard, before a caller finds out. */
function MicrophoneTest() {
  const { t } = useTranslation("desk");
  const [tried, setTried] = useState<Tried>("not");
  const run = async () => {
    setTried("listening");
    try {
      setTried((await phone.test()).heard ? "heard" : "silent");
    } catch {
      setTried("failed");
    }
  };
  return (
    <div className={classes.test}>
      <Button
        variant="default"
        leftSection={<IconMicrophone size={16} />}
        loading={tried === "listening"}
        onClick={() => void run()}
      >
        {t("testMicrophone")}
      </Button>
      <Meter side="microphone" />
      <p role="status" data-tone={tried === "silent" || tried === "failed" ? "now" : undefined}>
        {tried === "not" ? "" : t(`tested.${tried}`)}
      </p>
    </div>
  );
}
