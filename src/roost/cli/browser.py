"""Showing a page in the system's browser, where there's a screen to show it on."""

import os
import subprocess
import sys
from collections.abc import Mapping

LOOK_S = 10.0  # then whatever starts the browser is left to itself


def has_screen(environment: Mapping[str, str]) -> bool:
    """Whether a browser would be seen: a desktop's session, and nobody's build."""
    if environment.get("CI") or environment.get("SSH_CONNECTION"):
        return False
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def show_page(address: str) -> bool:
    """Whether a browser was asked to open it; there's never an error. By a process of its own: a
    text browser would take this terminal, and some say things on it."""
    if not has_screen(os.environ):
        return False
    try:
        done = subprocess.run(
            [sys.executable, "-m", "webbrowser", "-t", address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LOOK_S,
            check=False,
            start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
