"""Settings of DRF and of the OpenAPI document."""

from config import env

# True in production.
BROWSABLE_API_FOR_STAFF_ONLY = False
TRUSTED_PROXY_COUNT = env.natural("TRUSTED_PROXY_COUNT", 0)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "clerk.api.authentication.ClerkAuthentication",
        "identity.api.authentication.BearerAuthentication",
        "identity.api.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.permissions.Nobody"],
    "DEFAULT_RENDERER_CLASSES": [
        "core.api.renderers.EnvelopeRenderer",
        "core.api.renderers.DeveloperRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.BoundedJson"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "identity.api.authentication.PagesForDevelopers",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_PAGINATION_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.EnvelopeAutoSchema",
    "EXCEPTION_HANDLER": "core.api.errors.exception_handler",
    "NUM_PROXIES": TRUSTED_PROXY_COUNT,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# JavaScript, because it has a function: it sends the token of a sign-in with later requests.
DOCS_PAGE = """{
    deepLinking: true,
    docExpansion: "none",
    filter: true,
    responseInterceptor: (response) => {
        const token = response.ok && response.body?.data?.access_token;
        if (token) ui.preauthorizeApiKey("bearer", token);
        return response;
    },
}"""
TAGS_OF_APPS = {"identity": "accounts", "clerk": "accounts"}
"""Operations are grouped by app, except for those of these apps."""
SPECTACULAR_SETTINGS = {
    # Without Clerk's class: its tokens are Bearer tokens as well, so one scheme describes both.
    "AUTHENTICATION_WHITELIST": [
        "identity.api.authentication.BearerAuthentication",
        "identity.api.authentication.CookieAuthentication",
    ],
    "TITLE": "Gantry",
    "SWAGGER_UI_SETTINGS": DOCS_PAGE,
    "DESCRIPTION": (
        "Workspaces, projects and tasks for many teams on one server.\n\n"
        "To try it on the page of this document, open `POST /api/auth/login` under *accounts*, "
        "press *Try it out* and send an address and its password: later requests carry that "
        "token.\n\n"
        "A personal token with the scope `write` alone reads nothing: where its answers, or a "
        "refusal, would hold a document, they hold its `id` and `version`.\n\n"
        "An `Idempotency-Key` is asked again for the right to see what it was answered: an answer "
        "that shows what the caller may not see any more is refused as the route would be now, "
        "and one given to other roles than the caller has now is 409 `answer_not_kept`."
    ),
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # Without the renderer of HTML pages.
    "RENDERER_WHITELIST": ["core.api.renderers.EnvelopeRenderer"],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.general_answers.add_general_answers",
        "core.api.examples.add_examples",
    ],
    # In the order in which they are shown.
    "TAGS": [
        {"name": "workspaces", "description": "Teams, their members and invitations."},
        {"name": "projects", "description": "Projects, their members, leads and columns."},
        {"name": "tasks", "description": "Tasks and their way across the board."},
        {"name": "comments", "description": "What is said about a task."},
        {"name": "attachments", "description": "Files on tasks."},
        {"name": "audit", "description": "What significant or destructive was done, by whom."},
        {"name": "dashboards", "description": "How many tasks there are, week by week."},
        {"name": "activity", "description": "The log: what happened, and what happens next."},
        {"name": "notifications", "description": "What one is told: the inbox."},
        {"name": "realtime", "description": "What happens, as it happens; see docs/realtime.md."},
        {"name": "webhooks", "description": "Events, posted to servers; see docs/webhooks.md."},
        {"name": "imports", "description": "Files to import from, and what stands in them."},
        {"name": "jobs", "description": "Long work, and how far it has come; see docs/jobs.md."},
        {"name": "reports", "description": "Reports by mail; see docs/reports.md."},
        {"name": "calendars", "description": "Due dates in calendars; see docs/calendars.md."},
        {"name": "accounts", "description": "Signing in, tokens and one's own account."},
        {"name": "health", "description": "For probes; exact bodies without the envelope."},
        {"name": "aliases", "description": "Further spellings that older clients use."},
    ],
    "ENUM_NAME_OVERRIDES": {
        "StateOfServer": "core.api.health.STATES",
        "StateOfPart": "core.api.health.PARTS",
        "WorkspaceRole": "workspaces.rights.WorkspaceRole",
        "ProjectRole": "projects.rights.ProjectRole",
        "ProjectStatus": "projects.models.ProjectStatus",
        "Priority": "projects.models.Priority",
        "Visibility": "projects.models.Visibility",
        "Category": "projects.models.Category",
        "TaskType": "tasks.models.TaskType",
        "AttachmentState": "attachments.models.State",
        "Workflow": "projects.services.workflows.Workflow",
        "Scope": "core.actor.Scope",
        "LeadTime": "notifications.models.LeadTime",
        "ReminderState": "notifications.models.ReminderState",
        "DeliveryState": "outbox.models.State",
        "NotificationKind": "notifications.models.NotificationKind",
        "PreferenceKind": "notifications.api.preferences.KINDS",
        "WebhookFormat": "webhooks.models.Format",
        "ExportedWhat": "exports.services.scopes.WHAT",
        "ReportedWhat": "reports.models.What",
        "JobState": "jobs.models.JobState",
        "ImportFileState": "imports.models.ImportFileState",
        "OptOutKind": "workspaces.models.OptOutKind",
    },
}
