"""`roost call`: a small softphone."""

import asyncio
from array import array
from pathlib import Path

import typer

from roost.adapters.audio import wav
from roost.cli.output import fail, result
from roost.processes import softphone
from roost.protocols.rtp import g711


def call(
    uri: str,
    dtmf: str,
    for_s: float,
    say: str | None,
    play: Path | None,
    record: Path | None,
    caller: str,
    as_json: bool,
) -> None:
    """Status 0 when it was answered, 1 when it wasn't, 2 when it couldn't be dialled."""
    try:
        says = _sound(say, play)
        done, heard = asyncio.run(softphone.dial(uri, caller, dtmf, for_s, says))
    except softphone.BadCall as error:
        fail(str(error), 2)
    except wav.BadSound as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"the network can't be used: {error.strerror}.")
    if record is not None:
        wav.write(record, [heard])

    def show() -> None:
        if not done.answered:
            typer.echo(f"Not answered: {done.why} {done.status or ''}".rstrip())
            return
        typer.echo(
            f"Answered; lasted {done.lasted_s} s, heard {done.heard_s} s at {done.level_db} dB,"
            f" {done.figures.lost} packets lost; ended by {done.ended_by} ({done.why})."
        )

    result(done, as_json, show)
    if not done.answered:
        raise typer.Exit(1)


def _sound(say: str | None, play: Path | None) -> "array[int] | None":
    """What the caller says. Raises adapters.audio.wav.BadSound."""
    if play is not None:
        return wav.read(play)
    if say is None:
        return None
    from roost.adapters.speech.espeak import EspeakSpeech
    from roost.ports.speech import SpeechFailed

    try:
        return g711.from_bytes(EspeakSpeech().speak(say, "zh" if not say.isascii() else "en"))
    except SpeechFailed as error:
        fail(str(error))
