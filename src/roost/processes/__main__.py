"""`python -m roost.processes ROLE LAUNCH`: one role, as the supervisor starts it."""

import sys
from pathlib import Path


def run_role(role: str, launch_file: Path) -> int:
    """Runs one role until it's told to stop; returns its exit status."""
    from roost.processes import settings, sockets

    launch = settings.read_launch(launch_file)
    held = sockets.inherited()
    if role == "control":
        from roost.processes import control

        return control.run(launch, held)
    if role == "media":
        from roost.processes import media

        return media.run(launch, held)
    if role == "edge":
        from roost.processes import edge

        return edge.run(launch, held)
    if role == "web":
        from roost.processes import web

        return web.run(launch, held)
    if role == "worker":
        from roost.processes import worker

        return worker.run(launch, held)
    print(f"There's no role {role!r}: control, media, edge, web or worker.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(run_role(sys.argv[1], Path(sys.argv[2])))
