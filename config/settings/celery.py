"""Settings of Celery: the broker, time limits, and the table of periodic tasks."""

from celery.schedules import crontab
from kombu import Queue

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
# Senders of mail and of other channels have a queue of their own, so that workers can be given to
# it. A worker takes both in turns, so neither waits for the other's flood: `default` has the
# priority PROMPT of `outbox/broker.py`, because lower numbers go first in all queues.
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_DEFAULT_PRIORITY = 3
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("mail", "jobs", "default")]
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ROUTES = {
    "outbox.background.deliver*": {"queue": "mail"},
    "jobs.background.run_due*": {"queue": "jobs"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 262_144
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"


def _every(seconds: int, task: str) -> dict[str, object]:
    """An entry that queues the task at this interval; what waits longer than that expires."""
    return {"task": task, "schedule": seconds, "options": {"expires": seconds}}


# Every task may safely run twice or late.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "queue due reminders": _every(15, "notifications.background.queue_due_reminders"),
    "wake snoozed notifications": _every(15, "notifications.background.wake_snoozed"),
    "deliver what is due": _every(15, "outbox.background.deliver_due"),
    "sweep the outbox": _every(600, "outbox.background.sweep"),
    "remove old rows": _every(600, "outbox.background.apply_retention"),
    "add changes to dashboards": _every(15, "dashboards.background.add_changes"),
    "do jobs": _every(15, "jobs.background.run_due_jobs"),
    "make thumbnails": _every(15, "attachments.background.make_thumbnails"),
    "remove files": _every(60, "attachments.background.remove_files"),
    "submit due reports": _every(60, "reports.background.submit_due_reports"),
    "remove files of jobs": _every(300, "jobs.background.remove_result_files"),
    "remove orphaned files": _every(3600, "attachments.background.remove_orphans"),
    "run functions": _every(5, "jobs.background.run_due_functions"),
    "log checkpoints of the audit": {
        "task": "audit.background.log_checkpoints",
        "schedule": crontab(hour="3", minute="7"),
        "options": {"expires": 3600},
    },
}
# Seconds that a relay or worker has for a claimed delivery before another may claim it.
OUTBOX_LEASE = env.natural("OUTBOX_LEASE", 60)
# Seconds after which a job whose worker gives no sign of life is taken over by another one.
JOBS_LEASE = env.natural("JOBS_LEASE", 60)
# The most jobs of one workspace that workers do at a time; the rest of the workers are for others.
JOBS_PER_WORKSPACE = env.natural("JOBS_PER_WORKSPACE", 1)
# For crash tests only: points in the code at which the process sleeps, to be killed there.
FAULTS = env.listed("GANTRY_FAULTS")
