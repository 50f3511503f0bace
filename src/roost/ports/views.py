"""What has happened, as far as somebody may know: the one way to clients' rows.

    views.records(purview).contacts(which, None, 50)

There are no rows without a purview (`kernel.purview`), and the adapter itself keeps to it: a
question that forgets to name its client finds its own client's rows, not the neighbours'.
"""

from typing import Protocol

from roost.kernel.purview import Purview
from roost.ports.office import Statements
from roost.ports.records import Records
from roost.ports.reports import Reports


class Views(Protocol):
    """Opened once by a process. Thread-safe."""

    def records(self, purview: Purview, /) -> Records:
        """Contacts and money."""
        ...

    def reports(self, purview: Purview, /) -> Reports:
        """Figures."""
        ...

    def statements(self, purview: Purview, /) -> Statements:
        """Months from draft to credit, and documents."""
        ...

    def close(self) -> None: ...
