"""What fields, models and rights are decided to lack.

tests/test_recipes.py compares. A table of fields maps `app.Model` to the names that are left out,
or to EVERYTHING; an entry that is no longer true fails as well.
"""

EVERYTHING = "*"
BOOKKEEPING = {
    *("id", "public_id", "created_at", "updated_at", "version"),
    *("workspace", "workspace_id", "deleted_at", "purged_at"),
}
"""Fields of the bases of rows: nobody sets them, and each document shows those it needs."""

INTERNAL = {
    "activity.EventCounter": EVERYTHING,
    "audit.AuditHead": EVERYTHING,
    "attachments.StoredBytes": EVERYTHING,
    "attachments.Sweep": EVERYTHING,
    "clerk.ExternalRecord": EVERYTHING,
    "clerk.WebhookReceipt": EVERYTHING,
    "core.AttemptCount": EVERYTHING,
    "core.IdempotencyKey": EVERYTHING,
    "dashboards.CountedChange": EVERYTHING,
    "dashboards.Total": EVERYTHING,
    "identity.KnownDevice": EVERYTHING,
    "imports.ExternalReference": EVERYTHING,
    "imports.ImportRow": EVERYTHING,
    "identity.RefreshToken": EVERYTHING,
    "jobs.FunctionFigures": EVERYTHING,
    "notifications.InboxCounter": EVERYTHING,
    "notifications.MailBatch": EVERYTHING,
    "notifications.MutedTask": EVERYTHING,
    "outbox.MailContent": EVERYTHING,
    "outbox.MailFailure": EVERYTHING,
    "outbox.RelayProcess": EVERYTHING,
    "tasks.FormerKey": EVERYTHING,
    "tasks.TaskCounter": EVERYTHING,
    "webhooks.WebhookContent": EVERYTHING,
    "reports.ReportRecipient": EVERYTHING,
}
"""Models that serve the machinery; a client neither sees nor sets them."""
FOR_STAFF = {
    "activity.TextChange": EVERYTHING,
    "clerk.AccountMatch": EVERYTHING,
    "outbox.Delivery": EVERYTHING,
    "workspaces.OptOut": EVERYTHING,
}
"""Models that only the admin shows, beside a person's export."""

NOT_SHOWN = {
    **INTERNAL,
    **FOR_STAFF,
    "accounts.User": "password is_superuser is_staff is_active external_id"
    " enrolment_approved_until",
    "activity.Event": "token_id former_project_id person_id private_to past_values",
    "attachments.Attachment": "storage_key thumbnail_key thumbnail_tried_at",
    "identity.PersonalToken": "user digest revoked_at",
    "imports.ImportFile": "uploaded_by storage_key",
    "comments.Comment": "html_version",
    "comments.Mention": EVERYTHING,
    "comments.Reaction": EVERYTHING,
    "jobs.FunctionRun": "personal order_at deaths claim",
    # `channels` shows two of them; `lead_times` are those of the person who asks.
    "notifications.Reminder": "rev in_inbox delivery_id",
    "notifications.ReminderChoice": EVERYTHING,
    "tasks.TaskMention": EVERYTHING,
    "notifications.Notification": "recipient key facts in_inbox delivery_id",
    "projects.Status": "project",
    "projects.Transition": "project",
    "tasks.Relation": "source target",
    # `recurrence` shows two of them.
    "tasks.Task": "priority_order pending_due due_order planned_from planned_until due_set_by"
    " html_version open_blockers repeat_every repeat_unit",
    "tasks.StatusChange": "task",
    "tasks.TaskLabel": "task",
    "tasks.Watcher": "task",
    "workspaces.Invitation": "token_hash accepted_by",
    "workspaces.Membership": "invited_by opened_at",
    "workspaces.Workspace": "settings offered_to offered_by offer_expires_at external_org_id",
    # Shown and set as channels, and with the defaults of those who have chosen nothing.
    "notifications.MailSchedule": EVERYTHING,
    "notifications.Preference": EVERYTHING,
    "webhooks.Webhook": "former_secret busy_until milliseconds",
    "jobs.Job": "claim credential ending failures next_at owner position seconds tenant_id",
    "calendars.CalendarFeed": "owner digest",
    "jobs.ResultFile": "job owner key",
    "reports.ReportSchedule": "credential",
}
"""Fields that stand in no document, or in none under their own name."""

NOT_SET = {
    **INTERNAL,
    **FOR_STAFF,
    "audit.AuditEntry": EVERYTHING,
    "accounts.User": "last_login is_superuser is_staff is_active external_id"
    " enrolment_approved_until",
    "activity.Event": EVERYTHING,
    "comments.Comment": "task author edited_at content_html html_version",
    "comments.Mention": EVERYTHING,
    "comments.Reaction": EVERYTHING,
    "comments.Revision": EVERYTHING,
    "attachments.Attachment": "task uploaded_by claimed_type state storage_key thumbnail_key"
    " thumbnail_size thumbnail_tried_at",
    "identity.PersonalToken": "user digest expires_at last_used_at revoked_at",
    "imports.ImportFile": "uploaded_by state storage_key",
    "jobs.FunctionRun": EVERYTHING,
    "notifications.Reminder": EVERYTHING,
    "notifications.ReminderChoice": EVERYTHING,
    "notifications.Notification": "recipient seq kind key project task comment_id actor facts"
    " in_inbox delivery_id read_at",
    "projects.Project": "key created_by archived_at",
    "projects.ProjectMembership": "project",
    "projects.Status": "project key position",
    "projects.Transition": EVERYTHING,
    "tasks.Label": "project",
    "tasks.Relation": "source target created_by",
    "tasks.Task": "number category created_by position due_set_by completed_at"
    " description_html html_version repeat_every repeat_unit open_blockers is_blocked"
    " priority_order pending_due due_order planned_from planned_until",
    "tasks.SavedFilter": "project owner",
    "tasks.StatusChange": EVERYTHING,
    "tasks.TaskLabel": EVERYTHING,
    "tasks.TaskMention": EVERYTHING,
    "tasks.Watcher": "task user",
    "workspaces.Invitation": "token_hash status sent_at expires_at invited_by accepted_by",
    "workspaces.Membership": "user invited_by opened_at",
    "workspaces.Workspace": "settings owner offered_to offered_by offer_expires_at external_org_id",
    "notifications.MailSchedule": EVERYTHING,
    "notifications.Preference": EVERYTHING,
    "webhooks.Webhook": "disabled_reason secret former_secret former_until failures"
    " failing_since rests_until busy_until milliseconds",
    "jobs.Job": "owner state done total sentence result error attempts failures position ending"
    " claim next_at seconds started_at finished_at cancelled_at credential tenant_id",
    "calendars.CalendarFeed": "owner digest",
    "jobs.ResultFile": EVERYTHING,
    "reports.ReportSchedule": "owner disabled_reason next_at credential",
}
"""Fields that no body sets, or none under their own name."""

NOT_EXPORTED = {
    "jobs.Job": "owner tenant_id idempotency_key credential done total attempts failures position"
    " ending claim next_at seconds started_at cancelled_at",
    "accounts.User": "password is_superuser is_staff is_active external_id"
    " enrolment_approved_until",
    "activity.Event": "seq actor_id via token_id reason changes request_id project_id task_id"
    " former_project_id person_id private_to past_values committed_at",
    "attachments.Attachment": "uploaded_by storage_key thumbnail_key thumbnail_size"
    " thumbnail_tried_at",
    "clerk.AccountMatch": EVERYTHING,
    "comments.Comment": "author content_html html_version",
    "comments.Mention": "user",
    "comments.Reaction": "user",
    "comments.Revision": "author",
    "identity.KnownDevice": EVERYTHING,
    "identity.PersonalToken": EVERYTHING,
    "imports.ImportFile": "uploaded_by storage_key",
    "notifications.Reminder": "recipient rev delivery_id",
    "notifications.ReminderChoice": "person",
    "notifications.MailBatch": EVERYTHING,
    "notifications.MailSchedule": "person",
    "notifications.MutedTask": "person",
    "notifications.Notification": "recipient seq key actor delivery_id",
    "notifications.Preference": "person unsubscribed",
    "outbox.Delivery": "recipient_id dedupe_key payload can_wait attempts generation queued_at"
    " next_at claim reason request_id",
    "projects.Project": EVERYTHING,
    "projects.ProjectMembership": "user",
    "tasks.Relation": EVERYTHING,
    "tasks.StatusChange": EVERYTHING,
    "tasks.Task": "number category is_complete assignee created_by parent position due_set_by"
    " description_html html_version repeat_every repeat_unit open_blockers is_blocked"
    " priority_order pending_due due_order planned_from planned_until",
    "tasks.SavedFilter": "owner",
    "tasks.TaskMention": "user",
    "tasks.Watcher": "user",
    "workspaces.Invitation": "token_hash expires_at invited_by accepted_by",
    "workspaces.Membership": "user invited_by",
    "workspaces.OptOut": "recipient_id",
    "workspaces.Workspace": EVERYTHING,
    "calendars.CalendarFeed": "owner digest",
    "jobs.ResultFile": EVERYTHING,
    "reports.ReportRecipient": EVERYTHING,
    "reports.ReportSchedule": "owner disabled_reason next_at credential",
}
"""What the export of a person leaves out of the models that refer to people."""

NOT_CHOSEN_BY = {
    "audit.AuditEntry": "actor_id via token_id reason details request_id previous hash",
    "imports.ImportFile": "uploaded_by file_name size sha256 state storage_key",
    "comments.Comment": "task author content content_html html_version edited_at",
    "comments.Revision": "comment author content",
    "outbox.Delivery": "channel kind recipient_id dedupe_key payload can_wait attempts generation"
    " queued_at"
    " next_at claim sent_at reason request_id",
    "webhooks.Webhook": "url events format is_enabled disabled_reason secret former_secret"
    " former_until failures failing_since rests_until busy_until milliseconds",
    "jobs.Job": "owner tenant_id payload idempotency_key credential done total sentence result"
    " error attempts failures position ending claim next_at seconds started_at finished_at"
    " cancelled_at",
    "attachments.Attachment": "task comment uploaded_by file_name size sha256 content_type"
    " claimed_type state storage_key thumbnail_key thumbnail_size thumbnail_tried_at",
    "jobs.FunctionRun": "payload personal order_key order_at attempts deaths error claim next_at"
    " started_at finished_at milliseconds requested_by_id replay_of",
    "notifications.Notification": "recipient seq key comment_id actor facts in_inbox delivery_id"
    " read_at snoozed_until",
    "projects.Project": "key description visibility progress start_date end_date team_lead"
    " created_by archived_at completion_requires_unblocked",
    "projects.ProjectMembership": "project user role",
    "projects.Status": "project key name color category is_default wip_limit",
    "projects.Transition": "project source target",
    "tasks.Label": "project color",
    "tasks.Relation": "source target kind created_by",
    "tasks.SavedFilter": "project owner parameters is_shared",
    "tasks.StatusChange": "task source target actor",
    "tasks.Task": "project description description_html html_version position estimate_minutes"
    " priority_order start_date due_time pending_due due_order due_set_by repeat_every"
    " repeat_unit completed_at open_blockers",
    "tasks.Watcher": "task user",
    "workspaces.Invitation": "email role message token_hash sent_at expires_at invited_by"
    " accepted_by",
    "workspaces.Membership": "user role message invited_by opened_at",
    "workspaces.Workspace": "slug image_url settings owner offered_to offered_by"
    " offer_expires_at external_org_id",
    "calendars.CalendarFeed": "owner project digest",
    "jobs.ResultFile": "job owner key name content_type size expires_at",
    "reports.ReportSchedule": "project owner what step period day hour is_enabled disabled_reason"
    " next_at credential",
}
"""Fields by which lists of the model are neither narrowed nor ordered."""

NOT_IN_ADMIN = {
    "audit.AuditEntry": "actor_id token_id reason entity",
    "jobs.FunctionRun": "personal order_at deaths claim milliseconds",
    "accounts.User": "password",
    "activity.Event": "actor_id via token_id reason entity_id former_project_id person_id"
    " private_to",
    "activity.TextChange": "event edits",
    "comments.Comment": "content_html html_version",
    "core.IdempotencyKey": "body",
    "identity.PersonalToken": "digest",
    "identity.RefreshToken": "session",
    "outbox.Delivery": "queued_at claim",
    "outbox.MailContent": EVERYTHING,
    "tasks.Task": "number category is_complete position description_html html_version"
    " open_blockers priority_order pending_due due_order planned_from planned_until",
    "webhooks.Webhook": "url secret former_secret",
    "jobs.Job": "tenant_id credential sentence",
    "workspaces.Invitation": "token_hash",
    "workspaces.Workspace": "offered_to offered_by offer_expires_at",
    "calendars.CalendarFeed": "digest",
    "reports.ReportSchedule": "credential",
    "jobs.ResultFile": "key",
}
"""Fields that no admin page shows under their own name."""

NOT_BLANKED = {
    "attachments.Attachment": "storage_key thumbnail_key",
    "projects.Project": "key",
}
"""Texts that stay when their row is purged; keys of files until these are removed."""
NOT_ERASED = "external_id"
"""What stays of a deleted person: what a provider tells late must not make them anew."""

NOT_ASKED = {
    "usage:read",
}
"""Rights of what cannot be done yet."""
WITHOUT_WORD = {
    *("workspace:read", "project:read"),
    *("member:read_address", "usage:read", "import:create"),
}
"""Rights that no object tells among its abilities: who sees the object may read it."""

WITHOUT_ROUTE = {"member:read_address", "audit:read"}
"""Rights that decide what is shown, so that no route needs them."""

FOR_EVER = "kept"
WITH_PERSON = "until the person is deleted"
WITH_MEMBERSHIP = "until the person leaves the workspace"
WITH_PARENT = "as long as the row it belongs to"
BY_WORKER = "until a worker has removed its file"
ONE_ROW = "one row for each thing that can happen, written anew"
RETENTION = {
    "accounts.User": FOR_EVER,
    "activity.Event": FOR_EVER,
    "activity.EventCounter": FOR_EVER,
    "activity.TextChange": "texts of deleted tasks",
    "audit.AuditEntry": FOR_EVER,
    "audit.AuditHead": FOR_EVER,
    "attachments.Attachment": "files of deleted attachments",
    "attachments.StoredBytes": WITH_PARENT,
    "attachments.Sweep": ONE_ROW,
    "clerk.AccountMatch": FOR_EVER,
    "clerk.ExternalRecord": FOR_EVER,
    "clerk.WebhookReceipt": "receipts of webhooks",
    "comments.Comment": "texts of deleted comments",
    "comments.Mention": WITH_PARENT,
    "comments.Reaction": WITH_PARENT,
    "comments.Revision": "texts of deleted comments",
    "core.AttemptCount": "counts of attempts",
    "core.IdempotencyKey": "answers to idempotency keys",
    "dashboards.CountedChange": WITH_PARENT,
    "dashboards.Total": WITH_PARENT,
    "identity.KnownDevice": "devices known from earlier sign-ins",
    "identity.PersonalToken": WITH_PERSON,
    "identity.RefreshToken": "expired sessions, with their refresh tokens and devices",
    "imports.ExternalReference": WITH_PARENT,
    "imports.ImportFile": "import files",
    "jobs.FunctionFigures": ONE_ROW,
    "jobs.FunctionRun": "runs of functions",
    "imports.ImportRow": "rows of unfinished imports",
    "jobs.Job": "jobs that have ended",
    "notifications.Reminder": "reminders sent, skipped or cancelled",
    "notifications.ReminderChoice": WITH_MEMBERSHIP,
    "notifications.InboxCounter": WITH_PERSON,
    "notifications.MailBatch": "mail batches",
    "notifications.MailSchedule": WITH_PERSON,
    "notifications.MutedTask": WITH_PARENT,
    "notifications.Notification": "notifications",
    "notifications.Preference": WITH_PERSON,
    "outbox.Delivery": "deliveries",
    "outbox.MailContent": "words of mails",
    "outbox.MailFailure": ONE_ROW,
    "outbox.RelayProcess": ONE_ROW,
    "projects.Project": "texts of deleted projects",
    "projects.ProjectMembership": FOR_EVER,
    "projects.Status": WITH_PARENT,
    "projects.Transition": WITH_PARENT,
    "tasks.FormerKey": WITH_PARENT,
    "tasks.SavedFilter": WITH_PARENT,
    "tasks.Label": WITH_PARENT,
    "tasks.Relation": "texts of deleted tasks",
    "tasks.StatusChange": FOR_EVER,
    "tasks.Task": "texts of deleted tasks",
    "tasks.TaskCounter": WITH_PARENT,
    "tasks.TaskLabel": WITH_PARENT,
    "tasks.TaskMention": WITH_PARENT,
    "tasks.Watcher": WITH_PARENT,
    "webhooks.Webhook": FOR_EVER,
    "webhooks.WebhookContent": "bodies of webhooks",
    "workspaces.Invitation": FOR_EVER,
    "workspaces.Membership": FOR_EVER,
    "workspaces.OptOut": FOR_EVER,
    "workspaces.Workspace": FOR_EVER,
    "calendars.CalendarFeed": WITH_PERSON,
    "jobs.ResultFile": BY_WORKER,
    "reports.ReportRecipient": WITH_PARENT,
    "reports.ReportSchedule": WITH_PERSON,
}
"""The rule of a `retention.py` that removes or blanks the rows, or why there is none."""
