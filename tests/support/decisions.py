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
    "clerk.ExternalRecord": EVERYTHING,
    "clerk.WebhookReceipt": EVERYTHING,
    "core.AttemptCount": EVERYTHING,
    "core.IdempotencyKey": EVERYTHING,
    "identity.KnownDevice": EVERYTHING,
    "identity.RefreshToken": EVERYTHING,
    "outbox.MailContent": EVERYTHING,
    "outbox.MailFailure": EVERYTHING,
    "outbox.RelayProcess": EVERYTHING,
    "tasks.TaskCounter": EVERYTHING,
}
"""Models that serve the machinery; a client neither sees nor sets them."""
FOR_STAFF = {
    "activity.Event": EVERYTHING,
    "activity.TextChange": EVERYTHING,
    "clerk.AccountMatch": EVERYTHING,
    "notifications.Reminder": EVERYTHING,
    "outbox.Delivery": EVERYTHING,
    "tasks.StatusChange": EVERYTHING,
    "workspaces.OptOut": EVERYTHING,
}
"""Models that only the admin shows, beside a person's export."""

NOT_SHOWN = {
    **INTERNAL,
    **FOR_STAFF,
    "accounts.User": "password is_superuser is_staff is_active external_id"
    " enrolment_approved_until",
    "identity.PersonalToken": "user digest revoked_at",
    "projects.Status": "project",
    "projects.Transition": "project",
    "tasks.Task": "due_set_by",
    "workspaces.Invitation": "token_hash accepted_by",
    "workspaces.Membership": "invited_by opened_at",
    "workspaces.Workspace": "settings offered_to offered_by offer_expires_at external_org_id",
}
"""Fields that stand in no document, or in none under their own name."""

NOT_SET = {
    **INTERNAL,
    **FOR_STAFF,
    "accounts.User": "last_login is_superuser is_staff is_active external_id"
    " enrolment_approved_until",
    "comments.Comment": "task author edited_at",
    "identity.PersonalToken": "user digest expires_at last_used_at revoked_at",
    "projects.Project": "key created_by archived_at",
    "projects.ProjectMembership": "project",
    "projects.Status": "project key position",
    "projects.Transition": EVERYTHING,
    "tasks.Task": "number category created_by parent position due_set_by completed_at",
    "workspaces.Invitation": "token_hash status sent_at expires_at invited_by accepted_by",
    "workspaces.Membership": "user invited_by opened_at",
    "workspaces.Workspace": "settings owner offered_to offered_by offer_expires_at external_org_id",
}
"""Fields that no body sets, or none under their own name."""

NOT_EXPORTED = {
    "accounts.User": "password is_superuser is_staff is_active external_id"
    " enrolment_approved_until",
    "activity.Event": "seq actor_id via token_id reason changes request_id",
    "clerk.AccountMatch": EVERYTHING,
    "comments.Comment": "author",
    "identity.KnownDevice": EVERYTHING,
    "identity.PersonalToken": EVERYTHING,
    "notifications.Reminder": "recipient kind rev",
    "outbox.Delivery": "recipient_id dedupe_key payload attempts generation queued_at next_at"
    " claim reason request_id",
    "projects.Project": EVERYTHING,
    "projects.ProjectMembership": "user",
    "tasks.StatusChange": EVERYTHING,
    "tasks.Task": "number category is_complete assignee created_by parent position due_set_by",
    "workspaces.Invitation": "token_hash expires_at invited_by accepted_by",
    "workspaces.Membership": "user invited_by",
    "workspaces.OptOut": "recipient_id",
    "workspaces.Workspace": EVERYTHING,
}
"""What the export of a person leaves out of the models that refer to people."""

NOT_CHOSEN_BY = {
    "comments.Comment": "task author content edited_at",
    "projects.Project": "key description visibility progress start_date end_date team_lead"
    " created_by archived_at",
    "projects.ProjectMembership": "project user role",
    "projects.Status": "project key name color category is_default wip_limit",
    "projects.Transition": "project source target",
    "tasks.Task": "project description created_by parent position due_time due_set_by completed_at",
    "workspaces.Invitation": "email role message token_hash sent_at expires_at invited_by"
    " accepted_by",
    "workspaces.Membership": "user role message invited_by opened_at",
    "workspaces.Workspace": "slug image_url settings owner offered_to offered_by"
    " offer_expires_at external_org_id",
}
"""Fields by which lists of the model are neither narrowed nor ordered."""

NOT_IN_ADMIN = {
    "accounts.User": "password",
    "activity.Event": "actor_id via token_id reason entity_id",
    "activity.TextChange": "event edits",
    "core.IdempotencyKey": "body",
    "identity.PersonalToken": "digest",
    "identity.RefreshToken": "session",
    "outbox.Delivery": "queued_at claim",
    "outbox.MailContent": EVERYTHING,
    "tasks.Task": "number category is_complete position",
    "workspaces.Invitation": "token_hash",
    "workspaces.Workspace": "offered_to offered_by offer_expires_at",
}
"""Fields that no admin page shows under their own name."""

NOT_BLANKED = {"projects.Project": "key"}
"""Texts that stay when their row is purged."""
NOT_ERASED = "external_id"
"""What stays of a deleted person: what a provider tells late must not make them anew."""

NOT_ASKED = {
    *("audit:read", "webhook:manage", "usage:read"),
    *("task:move", "attachment:create"),
}
"""Rights of what cannot be done yet."""
WITHOUT_WORD = {
    *("workspace:read", "project:read"),
    *("member:read_address", "webhook:manage", "usage:read"),
}
"""Rights that no object tells among its abilities: who sees the object may read it."""

WITHOUT_ROUTE = {"member:read_address"}
"""Rights that decide what is shown, so that no route needs them."""

FOR_EVER = "kept"
WITH_PERSON = "until the person is deleted"
WITH_PARENT = "as long as the row it belongs to"
ONE_ROW = "one row for each thing that can happen, written anew"
RETENTION = {
    "accounts.User": FOR_EVER,
    "activity.Event": FOR_EVER,
    "activity.EventCounter": FOR_EVER,
    "activity.TextChange": "texts of deleted tasks",
    "clerk.AccountMatch": FOR_EVER,
    "clerk.ExternalRecord": FOR_EVER,
    "clerk.WebhookReceipt": "receipts of webhooks",
    "comments.Comment": "texts of deleted comments",
    "core.AttemptCount": "counts of attempts",
    "core.IdempotencyKey": "answers to idempotency keys",
    "identity.KnownDevice": "devices known from earlier sign-ins",
    "identity.PersonalToken": WITH_PERSON,
    "identity.RefreshToken": "expired sessions, with their refresh tokens and devices",
    "notifications.Reminder": "reminders sent or cancelled",
    "outbox.Delivery": "deliveries",
    "outbox.MailContent": "words of mails",
    "outbox.MailFailure": ONE_ROW,
    "outbox.RelayProcess": ONE_ROW,
    "projects.Project": "texts of deleted projects",
    "projects.ProjectMembership": FOR_EVER,
    "projects.Status": WITH_PARENT,
    "projects.Transition": WITH_PARENT,
    "tasks.StatusChange": FOR_EVER,
    "tasks.Task": "texts of deleted tasks",
    "tasks.TaskCounter": WITH_PARENT,
    "workspaces.Invitation": FOR_EVER,
    "workspaces.Membership": FOR_EVER,
    "workspaces.OptOut": FOR_EVER,
    "workspaces.Workspace": FOR_EVER,
}
"""The rule of a `retention.py` that removes or blanks the rows, or why there is none."""
