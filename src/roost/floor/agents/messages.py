"""Agents: their presence, the contact that's offered to them, wrap-up, segments."""

from roost.floor.agents.commands import *  # noqa: F403
from roost.floor.agents.events import *  # noqa: F403
