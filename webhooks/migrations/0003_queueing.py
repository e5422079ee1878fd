"""Queues events for webhooks in the statement that writes them, so that writers ask nothing more."""

from typing import ClassVar

from django.db import migrations

QUEUE = """
CREATE FUNCTION webhooks_queue_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox_delivery (id, created_at, workspace_id, channel, kind, recipient_id,
        dedupe_key, payload, state, attempts, generation, reason, request_id, can_wait)
    SELECT gen_random_uuid(), event.created_at, event.workspace_id, 'webhook', 'event', webhook.id,
        concat('webhook:', event.id, ':', webhook.id),
        jsonb_build_object('event', event.id, 'type', concat(event.entity, '.', event.action),
            'actor', event.actor_id),
        'PENDING', 0, 0, '', event.request_id, true
    FROM added AS event JOIN webhooks_webhook AS webhook
        ON webhook.workspace_id = event.workspace_id AND webhook.is_enabled
    WHERE event.private_to IS NULL AND (webhook.events = '{}' OR webhook.events
        && ARRAY[event.entity, concat(event.entity, '.', event.action)]::varchar[])
    ON CONFLICT (dedupe_key) DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER webhooks_queue_events AFTER INSERT ON activity_event
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION webhooks_queue_events();
"""
UNDO = """
DROP TRIGGER webhooks_queue_events ON activity_event;
DROP FUNCTION webhooks_queue_events();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("webhooks", "0002_tenancy"),
        ("activity", "0002_tenancy"),
        ("outbox", "0002_tenancy"),
    ]

    operations: ClassVar = [migrations.RunSQL(QUEUE, UNDO)]
