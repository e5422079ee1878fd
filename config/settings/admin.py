"""Settings of the admin's theme: title, colours and sidebar."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

# BasicAppConfig, because unfold's default one would replace the admin site of `config.admin`.
ADMIN_APPS = ["unfold.apps.BasicAppConfig", "unfold.contrib.filters", "config.admin.Admin"]


def _may_view(label: str) -> Callable[[HttpRequest], bool]:
    app, model = label.split(".")
    return lambda request: request.user.has_perm(f"{app}.view_{model}")


def _name(label: str) -> str:
    return label.replace(".", "_")


def _pages(title: str, *rows: tuple[str, str, str]) -> dict[str, Any]:
    """A group of the sidebar; each row is a title, an icon and `app.model`."""
    items = [
        {
            "title": name,
            "icon": icon,
            # Each page asks for the links of all several times; `reverse_lazy` looks up anew.
            "link": SimpleLazyObject(partial(reverse, f"admin:{_name(label)}_changelist")),
            "permission": _may_view(label),
        }
        for name, icon, label in rows
    ]
    return {"title": title, "separator": True, "items": items}


def _page(title: str, icon: str, name: str, *, seen_with: str) -> dict[str, Any]:
    """A row of the sidebar for the page with this URL name; `seen_with` is `app.model`."""
    link = SimpleLazyObject(partial(reverse, name))
    return {"title": title, "icon": icon, "link": link, "permission": _may_view(seen_with)}


NAVIGATION = [
    _pages(
        "Work",
        ("Workspaces", "workspaces", "workspaces.workspace"),
        ("Projects", "folder_open", "projects.project"),
        ("Tasks", "task_alt", "tasks.task"),
        ("Relations", "link", "tasks.relation"),
        ("Comments", "chat", "comments.comment"),
        ("Attachments", "attach_file", "attachments.attachment"),
    ),
    _pages(
        "People",
        ("People", "person", "accounts.user"),
        ("Personal tokens", "key_vertical", "identity.personaltoken"),
        ("Workspace members", "groups", "workspaces.membership"),
        ("Invitations", "forward_to_inbox", "workspaces.invitation"),
        ("Opt-outs", "unsubscribe", "workspaces.optout"),
        ("Project members", "group_add", "projects.projectmembership"),
        ("Groups of staff", "shield_person", "auth.group"),
        ("Known devices", "devices", "identity.knowndevice"),
        ("Refresh tokens", "autorenew", "identity.refreshtoken"),
    ),
    _pages(
        "Boards",
        ("Columns", "view_column", "projects.status"),
        ("Transitions", "arrow_forward", "projects.transition"),
        ("Labels", "label", "tasks.label"),
    ),
    _pages(
        "Records",
        ("Activity", "history", "activity.event"),
        ("Audit", "gavel", "audit.auditentry"),
        ("Edited texts", "difference", "activity.textchange"),
        ("Status changes", "timeline", "tasks.statuschange"),
        ("Texts of comments", "history_edu", "comments.revision"),
        ("Reactions", "add_reaction", "comments.reaction"),
        ("Mentions in comments", "alternate_email", "comments.mention"),
        ("Mentions in tasks", "alternate_email", "tasks.taskmention"),
        ("Labels of tasks", "label", "tasks.tasklabel"),
        ("Watchers", "visibility", "tasks.watcher"),
        ("Former keys", "key", "tasks.formerkey"),
        ("Task numbers", "pin", "tasks.taskcounter"),
        ("Saved filters", "filter_alt", "tasks.savedfilter"),
        ("Event numbers", "tag", "activity.eventcounter"),
        ("Ends of the audit", "tag", "audit.audithead"),
        ("Totals of dashboards", "bar_chart", "dashboards.total"),
        ("Changes not added yet", "exposure", "dashboards.countedchange"),
        ("Account matches", "join", "clerk.accountmatch"),
        ("Provider records", "cloud_sync", "clerk.externalrecord"),
        ("Provider messages", "webhook", "clerk.webhookreceipt"),
        ("Stored bytes", "hard_drive", "attachments.storedbytes"),
        ("Searches through files", "mop", "attachments.sweep"),
        ("Idempotency keys", "key", "core.idempotencykey"),
        ("Attempts", "speed", "core.attemptcount"),
    ),
    _pages(
        "Mail",
        ("Deliveries", "outgoing_mail", "outbox.delivery"),
        ("Reminders", "notifications", "notifications.reminder"),
        ("Lead times", "schedule", "notifications.reminderchoice"),
        ("Notifications", "inbox", "notifications.notification"),
        ("Muted tasks", "notifications_off", "notifications.mutedtask"),
        ("Inboxes", "pin", "notifications.inboxcounter"),
        ("Preferences", "tune", "notifications.preference"),
        ("Mail schedules", "schedule", "notifications.mailschedule"),
        ("Mail batches", "stacked_email", "notifications.mailbatch"),
        ("Webhooks", "webhook", "webhooks.webhook"),
        ("Posts to webhooks", "upload", "webhooks.webhookcontent"),
        ("Relays", "favorite", "outbox.relayprocess"),
        ("Failures", "error", "outbox.mailfailure"),
    ),
    _pages(
        "Background work",
        ("Jobs", "pending_actions", "jobs.job"),
        ("Files of jobs", "draft", "jobs.resultfile"),
        ("Scheduled reports", "monitoring", "reports.reportschedule"),
        ("Recipients of reports", "group", "reports.reportrecipient"),
        ("Calendar feeds", "calendar_today", "calendars.calendarfeed"),
        ("Functions", "function", "jobs.functionrun"),
        ("Figures of functions", "bar_chart", "jobs.functionfigures"),
        ("Import files", "upload_file", "imports.importfile"),
        ("Rows of imports", "table_rows", "imports.importrow"),
        ("Imported tasks", "input", "imports.externalreference"),
    ),
    _pages(
        "Periodic work",
        ("Periodic tasks", "event_repeat", "django_celery_beat.periodictask"),
        ("Intervals", "timer", "django_celery_beat.intervalschedule"),
        ("Crontabs", "calendar_month", "django_celery_beat.crontabschedule"),
        ("Solar events", "wb_sunny", "django_celery_beat.solarschedule"),
        ("Fixed times", "alarm", "django_celery_beat.clockedschedule"),
    ),
]
MAIL = next(group for group in NAVIGATION if group["title"] == "Mail")
MAIL["items"].append(_page("Kinds of mail", "drafts", "mail_kinds", seen_with="outbox.delivery"))
UNFOLD = {
    "SITE_TITLE": "Gantry",
    "SITE_HEADER": "Gantry",
    "SITE_SUBHEADER": "Administration",
    "SITE_SYMBOL": "view_kanban",
    "SITE_URL": "/api/docs",
    "SHOW_HISTORY": True,
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.6)",
            "100": "oklch(93.2% .032 255.6)",
            "200": "oklch(88.2% .059 254.1)",
            "300": "oklch(80.9% .105 251.8)",
            "400": "oklch(70.7% .165 254.6)",
            "500": "oklch(62.3% .214 259.8)",
            "600": "oklch(54.6% .245 262.9)",
            "700": "oklch(48.8% .243 264.4)",
            "800": "oklch(42.4% .199 265.6)",
            "900": "oklch(37.9% .146 265.5)",
            "950": "oklch(28.2% .091 267.9)",
        },
    },
    "SIDEBAR": {"show_search": True, "show_all_applications": True, "navigation": NAVIGATION},
}
