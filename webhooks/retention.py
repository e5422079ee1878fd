"""How long the bodies of posts are kept; their deliveries are the outbox's."""

from django.db.models.functions import Now

from core.context import as_system
from core.retention import lock_batch, retained
from outbox.retention import WORDS_KEPT_FOR
from webhooks.models import WebhookContent


@retained("bodies of webhooks", WORDS_KEPT_FOR)
@as_system("removing the bodies of old posts to webhooks")
def remove_bodies(at_most: int) -> int:
    """Empty old bodies, as the words of mails."""
    old = WebhookContent.objects.filter(posted_at__lt=Now() - WORDS_KEPT_FOR)
    chosen = old.exclude(body_head="").order_by("posted_at")
    keys = list(lock_batch(chosen, at_most).values_list("pk", flat=True))
    if keys:
        WebhookContent.objects.filter(pk__in=keys).update(body_head="")
    return len(keys)
