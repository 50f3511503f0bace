"""Checks across documents: each looks at what could be read and reports all it finds."""

from roost.definitions.checks.alerts import check_alerts
from roost.definitions.checks.billing import check_billing
from roost.definitions.checks.centre import check_centre
from roost.definitions.checks.clients import check_clients
from roost.definitions.checks.contracts import check_contracts
from roost.definitions.checks.flows import check_flows
from roost.definitions.checks.scenarios import check_scenarios
from roost.definitions.problems import Problem
from roost.definitions.reading import Draft


def check_all(draft: Draft) -> list[Problem]:
    """Every problem that shows only when documents are seen together."""
    return [
        *check_centre(draft),
        *check_alerts(draft),
        *check_clients(draft),
        *check_flows(draft),
        *check_billing(draft),
        *check_contracts(draft),
        *check_scenarios(draft),
    ]
