"""The media role: a media process on the control socket that it inherited."""

import socket
from typing import Final

from roost.adapters.media import process
from roost.kernel.ids import MediaId
from roost.kernel.time import SECOND
from roost.processes import printing, supervise
from roost.processes.settings import Launch

MEDIA: Final = MediaId("m1")


def run(launch: Launch, held: dict[str, socket.socket]) -> int:
    """Until it's drained (SIGTERM) or told twice."""
    printing.start("media").info("starting")
    places, media = launch.places, launch.settings.media
    places.recordings.mkdir(mode=0o700, parents=True, exist_ok=True)
    places.prompts.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = process.MediaSettings(
        id=MEDIA,
        prompts=str(places.prompts),
        recordings=str(places.recordings),
        bind=media.bind,
        advertise=media.advertised(),
        first_port=media.first_port,
        last_port=media.last_port,
        silent_after_us=round(media.silence_s * SECOND),
    )
    supervise.tell_ready()
    return process.main(settings, held["media"])
