import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { clock } from "@/words/format";

import classes from "./Contacts.module.css";
import type { Sound } from "./sound";

export interface Span {
  kind: string;
  name: string;
  from: number;
  to: number;
}

interface Props {
  sound: Sound;
  at: number;
  seek: (seconds: number) => void;
  sides: string[];
  /** The caller's way, in seconds of this sound. */
  chapters: Span[];
}

const HEIGHT = 36;
const GAP = 4;

/** The recording's picture, one line a side; what has been heard is in the accent. The slider below
 * is for keyboards and screen readers. */
export function Waveform({ sound, at, seek, sides, chapters }: Props) {
  const { t } = useTranslation("contacts");
  const canvas = useRef<HTMLCanvasElement>(null);
  const { colorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, sound, at);
  }, [sound, at, colorScheme]);
  const lines = sound.peaks.length;
  return (
    <div className={classes.waveform}>
      <div className={classes.sides} aria-hidden="true">
        {sides.slice(0, lines).map((side) => (
          <span key={side}>{side}</span>
        ))}
      </div>
      <div className={classes.picture}>
        <div
          className={classes.drawn}
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            seek(((event.clientX - box.left) / box.width) * sound.seconds);
          }}
        >
          <canvas
            ref={canvas}
            style={{ height: lines * HEIGHT + (lines - 1) * GAP }}
            aria-hidden="true"
          />
          {sound.pauses.map((one) => {
            const said = t("notRecorded", {
              from: clock(one.from * 1e6),
              to: clock(one.to * 1e6),
            });
            return (
              <span
                key={one.from}
                role="img"
                aria-label={said}
                title={said}
                className={classes.gap}
                style={placed(one, sound)}
              />
            );
          })}
        </div>
        <div className={classes.band} aria-hidden="true">
          {chapters.map((one) => (
            <span
              key={`${one.kind}${one.from}`}
              data-kind={one.kind}
              title={one.name}
              style={placed(one, sound)}
            >
              {one.name}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}

/** Where a stretch lies on the picture. */
function placed({ from, to }: { from: number; to: number }, sound: Sound) {
  const share = (seconds: number) =>
    (100 * Math.min(sound.seconds, Math.max(0, seconds))) / sound.seconds;
  return { insetInlineStart: `${share(from)}%`, width: `${share(to) - share(from)}%` };
}

function draw(canvas: HTMLCanvasElement, sound: Sound, at: number): void {
  const paint = canvas.getContext("2d");
  if (paint === null) return;
  const sharp = devicePixelRatio;
  const width = canvas.clientWidth;
  canvas.width = width * sharp;
  canvas.height = canvas.clientHeight * sharp;
  paint.scale(sharp, sharp);
  const style = getComputedStyle(canvas);
  const heard = style.getPropertyValue("--roost-accent");
  const ahead = style.getPropertyValue("--roost-line-strong");
  const playhead = (at / sound.seconds) * width;
  sound.peaks.forEach((peaks, side) => {
    const middle = side * (HEIGHT + GAP) + HEIGHT / 2;
    const bars = Math.max(1, Math.floor(width / 3));
    for (let bar = 0; bar < bars; bar += 1) {
      const peak = peaks[Math.floor((bar / bars) * peaks.length)] ?? 0;
      const half = Math.max(0.5, Math.sqrt(peak) * (HEIGHT / 2 - 1));
      paint.fillStyle = bar * 3 < playhead ? heard : ahead;
      paint.fillRect(bar * 3, middle - half, 2, 2 * half);
    }
  });
}
