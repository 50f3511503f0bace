import { ActionIcon, Skeleton, Slider, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, body } from "@/api/client";
import type { Contact } from "@/api/schema.gen";
import { IconDownload, IconPlayerPause, IconPlayerPlay } from "@/parts/icons";
import { tellProblem } from "@/parts/tell";
import { Trouble } from "@/parts/Trouble";
import { useAction } from "@/shell/actions";
import { clock } from "@/words/format";

import classes from "./Contacts.module.css";
import { type Sound, soundOf } from "./sound";
import { Waveform } from "./Waveform";

/** A contact's recording. Its outline is drawn at once; it's heard only when somebody asks: who
 * listened is recorded. */
export function Player({ contact }: { contact: Contact }) {
  const ref = contact.summary.ref;
  const outline = useQuery({
    queryKey: ["waveform", ref, contact.tracks.length],
    queryFn: () =>
      body(
        api.GET("/api/contacts/{ref}/waveform", {
          params: { path: { ref }, query: { pairs: PAIRS } },
        }),
      ),
    staleTime: contact.summary.ended === null ? 0 : Infinity,
    retry: false,
  });
  const sound = useMemo(() => outline.data && soundOf(outline.data), [outline.data]);
  if (outline.error) return <Trouble error={outline.error} again={() => void outline.refetch()} />;
  if (sound === undefined) return <Skeleton height={132} />;
  return <Deck sound={sound} contact={contact} />;
}

const PAIRS = 600;

interface DeckProps {
  sound: Sound;
  contact: Contact;
}

function Deck({ sound, contact }: DeckProps) {
  const { t } = useTranslation("contacts");
  const { ref } = contact.summary;
  const address = `/api/contacts/${encodeURIComponent(ref)}/recording`;
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const toggle = () => {
    const element = audio.current;
    if (element === null) return;
    if (element.paused) void element.play().catch(tellProblem);
    else element.pause();
  };
  const seek = (seconds: number) => {
    if (audio.current !== null) audio.current.currentTime = seconds;
    setAt(seconds);
  };
  useAction({ label: playing ? t("pause") : t("play"), keys: "space", group: ref, run: toggle });
  const chapters = contact.chapters
    .map((one) => ({
      kind: one.what,
      name: t(`part.${one.what}`),
      from: Math.max(0, (one.since - sound.began) / 1e6),
      to: one.until === null ? sound.seconds : (one.until - sound.began) / 1e6,
    }))
    .filter(({ from, to }) => from < sound.seconds && to > 0);
  return (
    <div className={classes.deck}>
      <audio
        ref={audio}
        src={address}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
      />
      <div className={classes.controls}>
        <ActionIcon
          size="lg"
          radius="xl"
          onClick={toggle}
          aria-label={playing ? t("pause") : t("listen")}
          title={playing ? undefined : t("listenNote")}
        >
          {playing ? <IconPlayerPause /> : <IconPlayerPlay />}
        </ActionIcon>
        <span className="figure">
          {clock(at * 1e6)} / {clock(sound.seconds * 1e6)}
        </span>
        <Text size="xs" c="dimmed" className={classes.grow ?? ""}>
          {t("listenNote")}
        </Text>
        <ActionIcon
          variant="subtle"
          component="a"
          href={address}
          download={`${ref}.wav`}
          aria-label={t("download")}
        >
          <IconDownload />
        </ActionIcon>
      </div>
      <Waveform
        sound={sound}
        at={at}
        seek={seek}
        sides={[t("caller"), t("agents")]}
        chapters={chapters}
      />
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
        {chapters.map((one) => (
          <button key={`${one.kind}${one.from}`} type="button" onClick={() => seek(one.from)}>
            <span className="figure">{clock(one.from * 1e6)}</span> {one.name}
          </button>
        ))}
      </div>
    </div>
  );
}
