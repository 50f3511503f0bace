"""Incident files: a failed assertion's input and place, for whoever mends it."""

from pathlib import Path
from typing import Final

import msgspec
import structlog

from roost.engine.step import Incident

MOST_FILES: Final = 200
log: Final = structlog.get_logger("roost.incidents")


def keep(folder: Path, incident: Incident) -> None:
    """One file an incident, while there are fewer than MOST_FILES. Never raises: an incident
    must not become another one."""
    log.error(
        "incident",
        place=f"{incident.stream}/{incident.number}",
        command=incident.command_type,
        traceback=incident.traceback,
    )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = len(list(folder.glob("*.json")))
        if number >= MOST_FILES:
            log.error("incidents_full", folder=str(folder), mend="read them, then remove them")
            return
        path = folder / f"{incident.stream}-{incident.number}-{number + 1}.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(incident)))
        path.chmod(0o600)
    except OSError as error:
        log.error("incident_not_kept", trouble=str(error))
