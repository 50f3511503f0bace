import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";

import classes from "./Contacts.module.css";
import type { Sound } from "./sound";

interface Props {
  sound: Sound;
  at: number;
  seek: (seconds: number) => void;
  sides: string[];
}

const HEIGHT = 36;
const GAP = 4;

/** The recording's picture, one line a side; what has been heard is in the accent. The slider below
 * is for keyboards and screen readers. */
export function Waveform({ sound, at, seek, sides }: Props) {
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
      <canvas
        ref={canvas}
        style={{ height: lines * HEIGHT + (lines - 1) * GAP }}
        aria-hidden="true"
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          seek(((event.clientX - box.left) / box.width) * sound.seconds);
        }}
      />
    </div>
  );
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
