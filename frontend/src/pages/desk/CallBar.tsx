import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { ClientWords, Desk, DeskRow } from "@/api/schema.gen";
import { serverNow, useSecond } from "@/feed/clock";
import { useOptimistic } from "@/feed/hooks";
import {
  IconArrowMerge,
  IconArrowsExchange,
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneX,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerRecord,
  IconTransferOut,
  IconUserPlus,
  IconWifi,
} from "@/parts/icons";
import { clock } from "@/words/format";

import classes from "./Bar.module.css";
import { BarButton } from "./BarButton";
import { useDo } from "./commands";
import { Keypad } from "./Keypad";
import { Meter } from "./Meter";
import { phone, usePhone } from "./phone";
import sounds from "./Phone.module.css";
import { type How, TargetPicker } from "./TargetPicker";
import { may } from "./useDesk";

interface Props {
  row: DeskRow;
  client: ClientWords | undefined;
  details: Desk | undefined;
}

type Open = { what: "keypad" } | { what: "targets"; how: How } | null;

/** Everything that can be done with a call, under the hand, while one is up. */
export function CallBar({ row }: Props) {
  const { t } = useTranslation("desk");
  const [open, setOpen] = useState<Open>(null);
  const group = t("groupCall");
  const several = may(row, "complete-transfer");
  const targets = may(row, "consult");
  useEffect(() => {
    if (!targets) setOpen((now) => (now?.what === "targets" ? null : now));
  }, [targets]);
  const toggle = (next: Open) => () =>
    setOpen((now) => (now?.what === next?.what && same(now, next) ? null : next));
  return (
    <div className={classes.above}>
      {open?.what === "targets" && (
        <TargetPicker
          how={open.how}
          setHow={(how) => setOpen({ what: "targets", how })}
          close={() => setOpen(null)}
        />
      )}
      {open?.what === "keypad" && <Keypad close={() => setOpen(null)} />}
      <div className={classes.bar} role="toolbar" aria-label={t("callBar")}>
        <HoldButton row={row} />
        <MuteButton />
        <BarButton
          label={t("keypad")}
          group={group}
          icon={IconDialpad}
          keys="alt+k"
          run={toggle({ what: "keypad" })}
          enabled={may(row, "digits")}
          expanded={open?.what === "keypad"}
        />
        <span className={classes.gap} />
        {several ? (
          <SeveralButtons row={row} />
        ) : (
          <>
            <BarButton
              label={t("consult")}
              group={group}
              icon={IconUserPlus}
              keys="alt+c"
              run={toggle({ what: "targets", how: "consult" })}
              enabled={targets}
              expanded={open?.what === "targets" && open.how === "consult"}
            />
            <BarButton
              label={t("transfer")}
              group={group}
              icon={IconTransferOut}
              keys="alt+t"
              run={toggle({ what: "targets", how: "transfer" })}
              enabled={targets}
              expanded={open?.what === "targets" && open.how === "transfer"}
            />
          </>
        )}
        <span className={classes.gap} />
        <RecordingButton row={row} />
        <span className={classes.space} role="status">
          {beforeCaller(row) ? t("callerComes") : ""}
        </span>
        <Sound />
        <HangUpButton row={row} />
      </div>
    </div>
  );
}

/** While the headset says who it's for: the caller isn't there yet, and nothing can be done with
 * them. */
function beforeCaller(row: DeskRow): boolean {
  const mine = row.kind === "answer" || row.kind === "transfer";
  return mine && !row.agent.held && !may(row, "hold") && !may(row, "unhold");
}

function same(one: Open, other: Open): boolean {
  return one?.what !== "targets" || other?.what !== "targets" || one.how === other.how;
}

function HoldButton({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  const [held, hope, pending] = useOptimistic(row.agent.held);
  const hold = useDo("/api/desk/hold", { refused: () => hope(undefined) });
  const unhold = useDo("/api/desk/unhold", { refused: () => hope(undefined) });
  const run = () => {
    hope(!held);
    (held ? unhold : hold).mutate();
  };
  return (
    <BarButton
      label={held ? t("unhold") : t("hold")}
      group={t("groupCall")}
      icon={held ? IconPlayerPlay : IconPlayerPause}
      keys="alt+h"
      run={run}
      enabled={may(row, "hold") || may(row, "unhold")}
      pressed={held}
      pending={pending}
      {...(held ? { tone: "soon" as const } : {})}
    />
  );
}

/** Only the phone in the page can be muted here; one on the table has its own key. */
function MuteButton() {
  const { t } = useTranslation("desk");
  const now = usePhone();
  if (now === null) return null;
  return (
    <BarButton
      label={now.muted ? t("unmute") : t("mute")}
      group={t("groupCall")}
      icon={now.muted ? IconMicrophoneOff : IconMicrophone}
      keys="alt+m"
      run={() => phone.mute(!now.muted)}
      pressed={now.muted}
      {...(now.muted ? { tone: "soon" as const } : {})}
    />
  );
}

/** How loud both sides are, and how good the line is. */
function Sound() {
  const { t } = useTranslation("desk");
  const now = usePhone();
  if (now === null) return null;
  const { grade } = now.quality;
  return (
    <>
      <span className={sounds.sound}>
        {t("levelMe")} <Meter side="microphone" />
        {t("levelThem")} <Meter side="speaker" />
      </span>
      <span className={sounds.grade} data-grade={grade}>
        <IconWifi size={16} />
        {t(`grade.${grade}`)}
      </span>
    </>
  );
}

/** With more than two: hand it over, all together, change between them. */
function SeveralButtons({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  const complete = useDo("/api/desk/complete-transfer");
  const merge = useDo("/api/desk/merge");
  const toggle = useDo("/api/desk/toggle");
  const group = t("groupCall");
  return (
    <>
      <BarButton
        label={t("complete")}
        action={t("completeAction")}
        group={group}
        icon={IconTransferOut}
        keys="alt+t"
        run={() => complete.mutate()}
        pending={complete.isPending}
        tone="you"
      />
      <BarButton
        label={t("merge")}
        action={t("mergeAction")}
        group={group}
        icon={IconArrowMerge}
        keys="alt+g"
        run={() => merge.mutate()}
        enabled={may(row, "merge")}
        pending={merge.isPending}
      />
      <BarButton
        label={t("swap")}
        action={t("swapAction")}
        group={group}
        icon={IconArrowsExchange}
        keys="alt+s"
        run={() => toggle.mutate()}
        enabled={may(row, "toggle")}
        pending={toggle.isPending}
      />
    </>
  );
}

/** What's said now is kept, or isn't for so long. */
function RecordingButton({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  useSecond();
  const recording = row.talk?.recording ?? null;
  const [paused, hope, pending] = useOptimistic(recording?.paused ?? false);
  const pause = useDo("/api/desk/recording", { refused: () => hope(undefined) });
  if (recording === null) return null;
  const run = () => {
    hope(!paused);
    pause.mutate({ paused: !paused });
  };
  const left = recording.until === null ? "" : clock(Math.max(0, recording.until - serverNow()));
  return (
    <BarButton
      label={paused ? t("recordingOff", { left }) : t("recordingOn")}
      action={paused ? t("resumeRecording") : t("pauseRecording")}
      group={t("groupCall")}
      icon={paused ? IconPlayerPause : IconPlayerRecord}
      keys="alt+r"
      run={run}
      enabled={may(row, "pause-recording") || may(row, "resume-recording")}
      pressed={paused}
      pending={pending}
      {...(paused ? { tone: "soon" as const } : {})}
    />
  );
}

function HangUpButton({ row }: { row: DeskRow }) {
  const { t } = useTranslation("desk");
  const hangUp = useDo("/api/desk/hang-up");
  const several = may(row, "complete-transfer");
  return (
    <BarButton
      label={several ? t("leave") : t("hangUp")}
      group={t("groupCall")}
      icon={IconPhoneX}
      keys="alt+x"
      run={() => hangUp.mutate()}
      pending={hangUp.isPending}
      tone="now"
    />
  );
}
