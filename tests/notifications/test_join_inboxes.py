"""What two accounts were told, when they become one."""

import pytest

from notifications.models import Notification
from notifications.services.inbox import move_inbox, number_now
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def test_what_both_were_told_is_told_once(cast: Cast) -> None:
    told = [(cast.max, "a"), (cast.lea, "a"), (cast.max, "b")]
    for person, key in told:
        about = {"workspace": cast.workspace, "kind": "COMMENTED", "key": key}
        Notification.objects.create(recipient=person, **about)
    number_now()
    move_inbox(person=cast.lea, former=cast.max)
    number_now()
    numbers = Notification.objects.filter(recipient=cast.lea, key__in="ab")
    assert [*numbers.order_by("seq").values_list("key", flat=True)] == ["a", "b"]
