"""Settings of Celery: the broker, time limits, and the table of periodic tasks."""

from celery.schedules import crontab

from config import env
from config.celery import app

# Whoever sends a task, from any process, must send it to this application's broker.
app.set_default()

CELERY_BROKER_URL = env.server_url("REDIS_URL", ("redis", "rediss"))
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than any task may run: after it the broker delivers an unacknowledged task again.
    "visibility_timeout": 300,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 262_144
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"
# Every entry is a scan that may safely run twice or late. Entries look like
# "scan_reminders": {"task": ..., "schedule": seconds, "options": {"expires": seconds}}.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "queue due reminders": {
        "task": "notifications.background.queue_due_reminders",
        "schedule": 15,
        "options": {"expires": 15},
    },
    "deliver what is due": {
        "task": "outbox.background.deliver_due",
        "schedule": 15,
        "options": {"expires": 15},
    },
    "sweep the outbox": {
        "task": "outbox.background.sweep",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "remove old rows": {
        "task": "outbox.background.apply_retention",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "add changes to dashboards": {
        "task": "dashboards.background.add_changes",
        "schedule": 15,
        "options": {"expires": 15},
    },
    "make thumbnails": {
        "task": "attachments.background.make_thumbnails",
        "schedule": 15,
        "options": {"expires": 15},
    },
    "remove files": {
        "task": "attachments.background.remove_files",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "remove orphaned files": {
        "task": "attachments.background.remove_orphans",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "log checkpoints of the audit": {
        "task": "audit.background.log_checkpoints",
        "schedule": crontab(hour="3", minute="7"),
        "options": {"expires": 3600},
    },
}
# Seconds that a relay or worker has for a claimed delivery before another may claim it.
OUTBOX_LEASE = env.natural("OUTBOX_LEASE", 60)
# For crash tests only: points in the code at which the process sleeps, to be killed there.
FAULTS = env.listed("GANTRY_FAULTS")
