import { ActionIcon, Button, Slider, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body, unreachable } from "@/api/client";
import type { Contact } from "@/api/schema.gen";
import { IconDownload, IconPlayerPause, IconPlayerPlay } from "@/parts/icons";
import { Trouble } from "@/parts/Trouble";
import { useAction } from "@/shell/actions";
import { clock } from "@/words/format";

import type { Chapter } from "./chapters";
import classes from "./Contacts.module.css";
import { type Sound, soundOf } from "./sound";
import { Waveform } from "./Waveform";

interface Props {
  contact: Contact;
  chapters: Chapter[];
}

/** A contact's recording. It's fetched only when somebody asks: who listened is recorded. */
export function Player({ contact, chapters }: Props) {
  const { t } = useTranslation("contacts");
  const ref = contact.summary.ref;
  const [sound, setSound] = useState<Sound>();
  const fetching = useMutation({
    mutationFn: async () => {
      const answer = await body(
        api.GET("/api/contacts/{ref}/recording", {
          params: { path: { ref } },
          parseAs: "arrayBuffer",
        }),
      );
      if (!(answer instanceof ArrayBuffer)) throw unreachable();
      return soundOf(answer);
    },
    onSuccess: setSound,
  });
  useEffect(() => () => (sound ? URL.revokeObjectURL(sound.url) : undefined), [sound]);
  if (fetching.error) return <Trouble error={fetching.error} again={() => fetching.mutate()} />;
  if (sound === undefined) {
    return (
      <div className={classes.listen}>
        <Button
          variant="default"
          leftSection={<IconPlayerPlay size={16} />}
          loading={fetching.isPending}
          onClick={() => fetching.mutate()}
        >
          {t("listen")}
        </Button>
        <Text size="xs" c="dimmed">
          {t("listenNote")}
        </Text>
      </div>
    );
  }
  const began = Math.min(...contact.tracks.map((one) => one.started));
  return <Deck sound={sound} began={began} chapters={chapters} name={ref} />;
}

interface DeckProps {
  sound: Sound;
  /** When the recording began, µs. */
  began: number;
  chapters: Chapter[];
  name: string;
}

function Deck({ sound, began, chapters, name }: DeckProps) {
  const { t } = useTranslation("contacts");
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const toggle = () => {
    const element = audio.current;
    if (element === null) return;
    if (element.paused) void element.play();
    else element.pause();
  };
  const seek = (seconds: number) => {
    if (audio.current !== null) audio.current.currentTime = seconds;
    setAt(seconds);
  };
  useAction({ label: playing ? t("pause") : t("play"), keys: "space", group: name, run: toggle });
  const inside = chapters
    .map((one) => ({ one, seconds: (one.from - began) / 1e6 }))
    .filter(({ one, seconds }) => seconds < sound.seconds && one.to !== null && one.to > began)
    .filter(({ one }) => one.kind !== "ring" && one.kind !== "wrapUp");
  return (
    <div className={classes.deck}>
      <audio
        ref={audio}
        src={sound.url}
        autoPlay
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
      />
      <div className={classes.controls}>
        <ActionIcon
          size="lg"
          radius="xl"
          onClick={toggle}
          aria-label={playing ? t("pause") : t("play")}
        >
          {playing ? <IconPlayerPause /> : <IconPlayerPlay />}
        </ActionIcon>
        <span className="figure">
          {clock(at * 1e6)} / {clock(sound.seconds * 1e6)}
        </span>
        <span className={classes.grow} />
        <ActionIcon
          variant="subtle"
          component="a"
          href={sound.url}
          download={`${name}.wav`}
          aria-label={t("download")}
        >
          <IconDownload />
        </ActionIcon>
      </div>
      <Waveform sound={sound} at={at} seek={seek} sides={[t("caller"), t("agents")]} />
      <Slider
        size="xs"
        min={0}
        max={sound.seconds}
        step={0.1}
        value={at}
        onChange={seek}
        label={null}
        thumbLabel={t("position")}
      />
      <div className={classes.marks}>
        {inside.map(({ one, seconds }) => (
          <button
            key={`${one.kind}${one.from}`}
            type="button"
            onClick={() => seek(Math.max(0, seconds))}
          >
            <span className="figure">{clock(Math.max(0, seconds) * 1e6)}</span>{" "}
            {t(`chapter.${one.kind}`)}
          </button>
        ))}
      </div>
    </div>
  );
}
