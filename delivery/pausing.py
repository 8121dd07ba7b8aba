"""What has to stand still while a coordinated migration runs, by the catalogue: a plan for it names when, and who."""

from model.catalogue import Catalogue
from model.environment import Environment


def pauses(catalogue: Catalogue, environment: Environment) -> list[str]:
    """In words: what starts by itself, then whatever else uses the database."""
    found: list[str] = []
    if catalogue.temporal:
        where = f" in the namespace {environment.temporal.namespace}" if environment.temporal else ""
        found.append(f"Temporal's schedules{where} (workflows of {', '.join(catalogue.temporal.services)})")
    database = catalogue.migrations.database if catalogue.migrations else ""
    users = [name for name, service in catalogue.services.items() if database and service.database == database]
    if users:
        found.append(f"what uses the database {database} ({', '.join(users)})")
    return found
