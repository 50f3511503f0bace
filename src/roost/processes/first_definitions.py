"""A centre's first definitions, put in force by control itself before anybody can call."""

import asyncio
from pathlib import Path
from typing import Any

from roost.adapters.speech.prompts import BadPrompt
from roost.definitions.load import Loaded, load
from roost.ports.clock import Clock
from roost.ports.commands import Submit
from roost.ports.speech import SpeechFailed
from roost.processes import prompts
from roost.processes.putting_in_force import (
    SETTINGS,
    NotInForce,
    configure,
    keep_prompts,
    long_whispers,
    plan,
    write_settings,
)
from roost.processes.settings import Launch
from roost.processes.stores import Store


async def put_in_force(
    launch: Launch, store: Store, clock: Clock, submit: Submit, log: Any
) -> None:
    """From the centre's folder. Raises NotInForce, ports.log.LogFailed."""
    loaded = await asyncio.to_thread(load, Path(launch.centre))
    if not isinstance(loaded, Loaded):
        lines = "\n".join(str(problem) for problem in loaded)
        raise NotInForce(f"{launch.centre} can't be put in force:\n{lines}")
    try:
        kept = await asyncio.to_thread(prompts.opened, launch)
        count = await asyncio.to_thread(keep_prompts, loaded, kept)
        for problem in await asyncio.to_thread(long_whispers, loaded, kept):
            log.warning("definitions", problem=str(problem))
    except (SpeechFailed, BadPrompt) as error:
        raise NotInForce(str(error)) from None
    made = await asyncio.to_thread(plan, store, loaded, kept.voice)
    if made.events or made.puts:  # names may have changed in the vault alone
        await asyncio.to_thread(write_settings, store, clock, made)
    reader = store.reader()
    number = reader.last(SETTINGS)
    reader.close()
    await configure(submit, made.configure, number)
    log.info("in_force", version=made.configure.floor.version[:12], prompts=count)
