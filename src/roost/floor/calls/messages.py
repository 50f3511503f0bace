"""Calls: contacts with their legs, the matrix, tracks. Knows legs, not SIP."""

from roost.floor.calls.commands import *  # noqa: F403
from roost.floor.calls.events import *  # noqa: F403
