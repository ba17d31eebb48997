"""Bring a park's tables to the newest schema: Alembic, inside one transaction.

Takes a `Database`, leaves it at `schema.HEAD` or as it was. A database written by a newer geo-risk
is refused rather than guessed at. Several processes may start at once: one migrates, the others
wait.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from geo_risk.errors import StoreError
from geo_risk.store.engine import Database, lock_key
from geo_risk.store.schema import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).with_name("migrations")
_VERSION = sa.table("alembic_version", sa.column("version_num"))


def migrate(database: Database) -> None:
    """Create or upgrade the tables.

    Raises
    ------
    StoreError
        When the tables are newer than this program, or PostGIS is not to be had.
    """
    with database.answering():
        if _version_of(database) == HEAD:
            return
        with database.engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                if not database.is_sqlite:
                    _prepare_schema(connection, database.schema)
                _upgrade(connection)


def check_version(version: str | None, where: str) -> None:
    """Refuse a schema that this program does not know."""
    if version is not None and version not in revisions():
        raise StoreError(
            f"{where} was written by a newer geo-risk (schema {version}, this one knows {HEAD}).",
            "Install that version of geo-risk, or a newer one.",
        )


def revisions() -> tuple[str, ...]:
    """Give the revisions that ship with this program, oldest first."""
    names = (path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return tuple(sorted(name.split("_")[0] for name in names))


def config_for(connection: sa.Connection) -> Config:
    """Give Alembic's configuration, without any file of its own."""
    from alembic.config import Config  # noqa: PLC0415 (0.2 s that an up-to-date store does not pay)

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: sa.Connection) -> None:
    if sa.inspect(connection).has_table("alembic_version"):
        check_version(connection.scalar(sa.select(_VERSION.c.version_num)), "This store")
    from alembic import command  # noqa: PLC0415 (as above)

    command.upgrade(config_for(connection), "head")


def _version_of(database: Database) -> str | None:
    with database.engine.connect() as connection, connection.begin():
        schema = database.schema or None
        if not sa.inspect(connection).has_table("alembic_version", schema=schema):
            return None
        version: str | None = connection.scalar(sa.select(_VERSION.c.version_num))
        check_version(version, "This store")
        return version


def _prepare_schema(connection: sa.Connection, schema: str) -> None:
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock_key("", "migrate"))))
    connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    if connection.scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")):
        return
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION postgis SCHEMA public"))
    except sa.exc.DBAPIError as error:
        raise StoreError(
            f"The database has no PostGIS and it could not be added: {error.orig}",
            "Install postgresql-15-postgis-3 and let a superuser run CREATE EXTENSION postgis.",
        ) from None
