"""`views.db`, opened for reading: from any thread, while the projections write."""

from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine

from roost.adapters.views.schema import open_views, ready


class Opened:
    """Connections to the file, once it's there in today's shape."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._engine: Engine | None = None

    def connect(self) -> Connection | None:
        """None before the projections have made the file: there's nothing yet."""
        with self._lock:
            if self._engine is None:
                if not self._path.exists():
                    return None
                engine = open_views(self._path, reading=True)
                with engine.connect() as connection:
                    if not ready(connection):
                        engine.dispose()
                        return None
                self._engine = engine
            return self._engine.connect()

    def close(self) -> None:
        """Closes every connection."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None
