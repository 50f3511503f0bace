"""Where a centre keeps what, inside its data folder. The one page that says so.

secrets.toml       machine-made secrets (processes.secrets)
keys.json          owners' keys, for vault and tracks, wrapped by the master key
streams/           the log, one SQLite file a stream, with its vault
snapshots.db       states that a start begins from; can be deleted
views.db           projections of the log; can be deleted and rebuilt
accounts.db        who may log in
tls/               the certificate of our own that pages are served with
prompts/           spoken texts and recordings, by content hash
recordings/        encrypted tracks
documents/         invoices and credit notes as issued, by content hash
simulations/       what was played for the page of that name
incidents/         failed assertions: the input and the state's digest
log/               what the processes print
run/               sockets, pids, launch.json: of the running centre only

Apart from it lies the master key: beside the folder, or where `master_key` says.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from roost.adapters.store.master import beside
from roost.kernel.ids import StreamName

SETTINGS: Final = StreamName("settings")  # the stream of definitions and contracts


@dataclass(frozen=True)
class Places:
    data: Path
    master_key: str = ""  # absolute; empty: beside the data folder
    database: str = ""  # a PostgreSQL URL: log, snapshots and views lie there, not in the folder

    @property
    def keys(self) -> Path:
        return self.data / "keys.json"

    @property
    def master(self) -> Path:
        return Path(self.master_key) if self.master_key else beside(self.data)

    @property
    def streams(self) -> Path:
        return self.data / "streams"

    @property
    def snapshots(self) -> Path:
        return self.data / "snapshots.db"

    @property
    def views(self) -> Path:
        return self.data / "views.db"

    @property
    def accounts(self) -> Path:
        return self.data / "accounts.db"

    @property
    def tls(self) -> Path:
        return self.data / "tls"

    @property
    def prompts(self) -> Path:
        return self.data / "prompts"

    @property
    def recordings(self) -> Path:
        return self.data / "recordings"

    @property
    def documents(self) -> Path:
        return self.data / "documents"

    @property
    def simulations(self) -> Path:
        return self.data / "simulations"

    @property
    def incidents(self) -> Path:
        return self.data / "incidents"

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def launch(self) -> Path:
        return self.run / "launch.json"

    @property
    def control_socket(self) -> Path:
        """Commands and wake-up hints."""
        return self.run / "control.sock"

    @property
    def media_socket(self) -> Path:
        return self.run / "media.sock"

    @property
    def edge_socket(self) -> Path:
        return self.run / "edge.sock"

    @property
    def watch_token(self) -> Path:
        """The wallboard's own API token, for whoever may read this folder."""
        return self.data / "watch.token"


def data_of(centre: Path, data: Path | None) -> Places:
    """The places of a centre's folder, unless another data folder is named. Raises
    settings.BadSettings."""
    from roost.processes import settings

    return settings.launch(centre, data).places
