"""The database backend for `ENGINE = "config.postgresql"`; Django requires this module name."""

from __future__ import annotations

from datetime import UTC
from typing import Any, ClassVar

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from django.utils.asyncio import async_unsafe
from psycopg import IsolationLevel, sql
from psycopg.types.datetime import TimestamptzLoader

from config.postgresql.connections import Connector, KeptCursor, PoolerCursor, WatchedConnection
from config.postgresql.pool import Pool

TRANSACTION_TIMEOUT_SINCE = 170_000


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL backend with `WatchedConnection` and our `Pool`.

    In OPTIONS, `pool` are the arguments of `Pool`, and `transaction_timeout` is PostgreSQL's
    setting, which is used if the server has it.
    """

    _pools: ClassVar[dict[str, Pool]] = {}
    _connectors: ClassVar[dict[str, Connector]] = {}
    connection: WatchedConnection | None

    @property
    def pool(self) -> Pool | None:
        options = self.settings_dict["OPTIONS"].get("pool")
        if not options or self.alias == NO_DB_ALIAS:
            return None
        if self.alias not in self._pools:
            parameters = {**self.get_connection_params(), "autocommit": True}
            made = Pool(lambda: self._open(parameters), **options)
            self._pools.setdefault(self.alias, made)
        return self._pools[self.alias]

    def close_pool(self) -> None:
        if pool := self._pools.pop(self.alias, None):
            pool.close()

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        parameters.pop("transaction_timeout", None)
        binds_on_server = parameters["cursor_factory"] is base.ServerBindingCursor
        parameters["cursor_factory"] = KeptCursor if binds_on_server else PoolerCursor
        return parameters

    @async_unsafe
    def create_cursor(self, name: str | None = None) -> Any:
        if name or self.connection is None:
            return super().create_cursor(name)
        kept = self.connection.closed_cursors
        return kept.pop().open_again() if kept else self.connection.cursor()

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> WatchedConnection:
        self.isolation_level = IsolationLevel.READ_COMMITTED
        pool = self.pool
        return pool.take() if pool else self._open(conn_params)

    @async_unsafe
    def set_autocommit(self, *wanted: Any, **named: Any) -> None:
        """Do nothing at the end of a transaction whose connection was lost.

        Django would open a new connection, which has autocommit anyway, and wait again for a
        server that is known not to answer.
        """
        if self.connection is not None or wanted != (True,):
            super().set_autocommit(*wanted, **named)

    def _connector(self) -> Connector:
        return self._connectors.setdefault(self.alias, Connector())

    def _open(self, parameters: dict[str, Any]) -> WatchedConnection:
        connection = self._connector().connect(parameters)
        # psycopg's own in C; Django's is Python, and gives the same in a session in UTC.
        if self.timezone == UTC:
            connection.adapters.register_loader("timestamptz", TimestamptzLoader)
        for name, value in self._missing_settings(connection).items():
            statement = sql.SQL("SET {} = {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Literal(value)))
        if not connection.autocommit:
            connection.commit()
        return connection

    def _missing_settings(self, connection: WatchedConnection) -> dict[str, str]:
        """Session settings to set; Django itself sets them on connections without a pool only."""
        missing = {}
        zone = self.timezone_name
        if connection.info.parameter_status("TimeZone") != zone:
            missing["TimeZone"] = zone
        longest = self.settings_dict["OPTIONS"].get("transaction_timeout")
        if longest and connection.info.server_version >= TRANSACTION_TIMEOUT_SINCE:
            missing["transaction_timeout"] = longest
        return missing

    def _close(self) -> None:
        if self.connection is None:
            return
        with self.wrap_database_errors:
            if pool := self.pool:
                pool.give_back(self.connection)
                self.connection = None
            else:
                self.connection.close()
