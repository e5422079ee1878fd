"""Database settings: the runtime role for requests, the owner of the tables for migrations."""

from django.core.exceptions import ImproperlyConfigured

from config import env

# Requests are many and short. For a page whose LIMIT it does not know, PostgreSQL expects a tenth
# of all rows; workers beside it then read on, up to sixty times what is shown.
RUNTIME_LIMITS = "-c lock_timeout=2s -c statement_timeout=15s -c max_parallel_workers_per_gather=0"
LONGEST_IDLE = "10s"
# Prepared statements belong to a session, so they do not work with an external pooler.
PREPARED = {"server_side_binding": True, "prepare_threshold": 3}
# PostgreSQL's `transaction_timeout`, since version 17; includes time idle between statements.
LONGEST_TRANSACTION = "60s"
# For a server that is frozen or unreachable. psycopg allows no connect_timeout below 2 seconds.
REACHED = {
    "connect_timeout": 2,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# A migration may run long, but requests queue behind a table lock that it waits for.
DIRECT_LIMITS = "-c lock_timeout=5s"
# Policies apply to the owner too (FORCE), whose migrations change the rows of all workspaces.
DIRECT_CONTEXT = "-c gantry.system=migrations"


def runtime(
    *,
    pooled: bool = True,
    least: int | None = None,
    longest: str = LONGEST_TRANSACTION,
    longest_idle: str = LONGEST_IDLE,
) -> dict[str, object]:
    """Settings of a connection as the runtime role.

    `least` is the number of idle connections to keep open, by default DB_POOL_MIN; `longest` is
    the limit for a transaction, `longest_idle` for the time between two of its statements.
    """
    # An external pooler refuses start-up options: set the same limits on the role instead.
    behind_pooler = env.flag("DB_POOLER", default=False)
    options: dict[str, object] = dict(REACHED)
    if not behind_pooler:
        idle = f"-c idle_in_transaction_session_timeout={longest_idle}"
        limits = {"options": f"{RUNTIME_LIMITS} {idle}", "transaction_timeout": longest}
        options |= {**limits, **PREPARED}
    most = env.natural("DB_POOL_MAX", 12) if pooled else 0
    if most:
        least = min(env.natural("DB_POOL_MIN", 2) if least is None else least, most)
        patience = env.natural("DB_POOL_TIMEOUT", 5)
        options["pool"] = {"least": least, "most": most, "patience": patience}
    database = _database(env.database("DATABASE_URL"), options, keep=0 if most else 60)
    return {**database, "ENGINE": "config.postgresql"}


def direct() -> dict[str, object]:
    """Settings of a connection as the owner of the tables, from DIRECT_URL, else DATABASE_URL."""
    is_given = bool(env.given("DIRECT_URL"))
    if not is_given and env.password("DIRECT_PASSWORD"):
        raise ImproperlyConfigured(
            "DIRECT_URL is missing: DIRECT_PASSWORD is of no use without it."
        )
    address = env.database("DIRECT_URL" if is_given else "DATABASE_URL")
    return _database(address, {"options": f"{DIRECT_LIMITS} {DIRECT_CONTEXT}"}, keep=0)


def _database(
    parsed: dict[str, object], options: dict[str, object], *, keep: int
) -> dict[str, object]:
    named = parsed.get("OPTIONS")
    return {
        **parsed,
        "OPTIONS": {**(named if isinstance(named, dict) else {}), **options},
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": keep,
        "CONN_HEALTH_CHECKS": True,
        # An external pooler may send the next statement to another session, without the cursor.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
