"""The link in every mail of notifications: off with one click, and on again."""

import pytest
from django.test import Client as Browser
from django.urls import reverse
from pytest_django.fixtures import Settings

from notifications.models import NotificationKind, Preference
from notifications.services.mail_footers import UNWANTED
from notifications.services.unsubscribe_links import token_for
from outbox.models import MailContent, State
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.notifications.telling_news import news, pass_time, schedule, tell, tell_by_mail
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.sink import Sink, part
from tests.support.tables import everything
from tests.support.threads import times
from workspaces.models import Membership
from workspaces.services.members import remove_member

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def task(cast: Cast) -> Task:
    return create_task(actor=by(cast.lea), project=cast.project, title="Oil")


def give(cast: Cast) -> None:
    create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max)


def link_in(sink: Sink) -> str:
    """The path of the link in the headers of the last mail."""
    mail = sink.mails[-1]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(mail["List-Unsubscribe"]).strip("<>").partition("://")[2].partition("/")[2]


def press(path: str, **body: str) -> str:
    answer = Browser().post(f"/{path}", body or ONE_CLICK)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    return answer.content.decode()


def look(path: str) -> str:
    answer = Browser().get(f"/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_one_click_switches_the_kind_off_until_it_is_undone(cast: Cast, sink: Sink) -> None:
    give(cast)
    send_all()
    path = link_in(sink)
    assert path.startswith("api/notifications/unsubscribe/")
    assert "No more of these mails from Analytical Engines?" in look(path)
    assert "assigned" in press(path)
    assert "sends you no more of these mails" in look(path)
    give(cast)
    assert send_all() == []
    press(path, action="on")
    assert "No more of these mails" in look(path)
    give(cast)
    send_all()
    assert len(sink.mails) == 2


def test_opening_the_link_changes_nothing(cast: Cast, sink: Sink) -> None:
    give(cast)
    send_all()
    before = everything()
    look(link_in(sink))
    assert everything() == before


def test_what_waits_is_not_sent_any_more(cast: Cast, sink: Sink) -> None:
    give(cast)
    send_all()
    give(cast)
    press(link_in(sink))
    [skipped] = send_all()
    assert (skipped.state, skipped.reason) == (State.SKIPPED, UNWANTED)


def test_the_link_stands_in_both_parts_and_staff_do_not_see_it(
    cast: Cast, sink: Sink, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://api.example.org"
    give(cast)
    send_all()
    link = f"https://api.example.org/{link_in(sink)}"
    assert f"You can switch off mails of this kind: {link}" in part(sink.mails[0], "plain")
    assert f'href="{link}"' in part(sink.mails[0], "html")
    token = link.rpartition("/")[2]
    kept = MailContent.objects.get()
    assert token not in kept.text + kept.html


def test_what_people_chose_themselves_stays_after_undoing(cast: Cast, sink: Sink) -> None:
    """In a project mail was on, in the workspace off."""
    place = {"workspace": cast.workspace, "person": cast.max, "in_inbox": False}
    kind = NotificationKind.COMMENTED
    Preference.objects.create(**place, kind=kind, by_mail=False)
    Preference.objects.create(**place, kind=kind, project=cast.project, by_mail=True)
    path = f"api/notifications/unsubscribe/{token_for(cast.workspace.pk, cast.max.pk, [kind])}"
    before = Preference.objects.order_by("pk").values()
    rows = list(before)
    for _ in range(2):
        press(path)
        assert not Preference.objects.filter(by_mail=True).exists()
    press(path, action="ON")
    assert list(before) == rows


def test_news_of_several_kinds_are_switched_off_together(
    cast: Cast, task: Task, sink: Sink
) -> None:
    tell_by_mail(news(cast.max, task, "LEAD_CHANGED"), news(cast.max, task, "MENTIONED"))
    send_all()
    press(link_in(sink))
    off = Preference.objects.filter(person=cast.max, by_mail=False, in_inbox=True)
    assert {*off.values_list("kind", flat=True)} == {"LEAD_CHANGED", "MENTIONED"}


def test_a_digest_is_switched_off_as_a_whole(cast: Cast, task: Task, sink: Sink) -> None:
    schedule(cast.max, digest="DAILY")
    tell(cast.max, task, kind="LEAD_CHANGED")
    pass_time(days=1)
    send_all()
    press(link_in(sink))
    off = Preference.objects.filter(person=cast.max, by_mail=False)
    assert {*off.values_list("kind", flat=True)} == {"LEAD_CHANGED", "MENTIONED", "COMMENTED"}


def test_who_never_opened_the_workspace_is_offered_to_leave_it(cast: Cast, sink: Sink) -> None:
    Membership.objects.filter(user=cast.max).update(opened_at=None)
    give(cast)
    send_all()
    assert link_in(sink).startswith("api/unsubscribe/")


def test_who_has_left_gets_nothing_and_leaves_nothing(cast: Cast, sink: Sink) -> None:
    give(cast)
    send_all()
    path = link_in(sink)
    membership = Membership.objects.get(workspace=cast.workspace, user=cast.max)
    remove_member(actor=by(cast.ada), membership=membership)
    assert "sends you no more of these mails" in press(path)
    assert not Preference.objects.exists()


@pytest.mark.parametrize("token", ["x", "YWJj", "%00", "ä"])
def test_a_wrong_link_says_so(db: None, token: str) -> None:
    path = reverse("unsubscribe", args=[token])
    for answer in (Browser().get(path), Browser().post(path)):
        assert answer.status_code == 404
        assert "This link does not work" in answer.content.decode()


def test_a_wrong_button_changes_nothing(cast: Cast) -> None:
    token = token_for(cast.workspace.pk, cast.max.pk, ["COMMENTED"])
    answer = Browser().post(reverse("unsubscribe", args=[token]), {"action": "perhaps"})
    assert answer.status_code == 400
    assert not Preference.objects.exists()


def test_many_clicks_at_once_switch_off_once(committed_db: CommittedDatabase, cast: Cast) -> None:
    kinds = ["COMMENTED", "MENTIONED", "STATUS_CHANGED"]
    path = f"api/notifications/unsubscribe/{token_for(cast.workspace.pk, cast.max.pk, kinds)}"
    times(6, lambda n: press(path, action="ON" if n == 5 else "OFF"))
    press(path)
    rows = Preference.objects.filter(person=cast.max, unsubscribed=True, by_mail=False)
    assert {*rows.values_list("kind", flat=True)} == {"COMMENTED", "MENTIONED"}
