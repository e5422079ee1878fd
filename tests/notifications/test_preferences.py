"""What people want to hear of, and how: their own choices, in workspaces and projects."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.events import PersonJoined
from accounts.services.deletion import delete_person
from core.events import publish
from notifications.models import MailBatch, MailSchedule, NotificationKind, Preference
from notifications.services.channels import DEFAULTS, channels_for
from notifications.services.preferences import KINDS
from outbox.models import Delivery
from projects.models import Visibility
from projects.services.members import add_project_member, remove_project_member
from projects.services.projects import create_project
from tasks.services.tasks import create_task
from tests.notifications.telling_news import news, schedule, tell
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.databases import CommittedDatabase
from tests.support.threads import during, times
from workspaces.models import Membership
from workspaces.services.members import remove_member

pytestmark = pytest.mark.django_db
PATH = "/api/notifications/preferences"


@pytest.fixture
def max_(cast: Cast) -> Client:
    return client_of(cast.max)


def at(cast: Cast) -> str:
    return f"{PATH}?workspace={cast.workspace.pk}"


def choose(cast: Cast, client: Client, *chosen: Any, status: int = 200) -> Any:
    answer = client.ask("PATCH", at(cast), {"preferences": [*chosen]}, status=status)
    return answer["data"] if status == 200 else answer["errors"]


def found(shown: list[Any], kind: str, project: Any = None) -> Any:
    project_id = str(project.pk) if project else None
    [one] = [e for e in shown if (e["kind"], e["project_id"]) == (kind, project_id)]
    return one


def test_everybody_begins_with_the_defaults(cast: Cast, max_: Client) -> None:
    shown = max_.ask("GET", at(cast))["data"]
    assert [each["kind"] for each in shown] == KINDS
    for each in shown:
        inbox, mail = DEFAULTS[NotificationKind(each["kind"])]
        assert each["default"] == each["effective"] == {"inbox": inbox, "mail": mail}
        assert (each["own"], each["project_id"]) == (None, None)


def test_choose_and_reset(cast: Cast, max_: Client) -> None:
    shown = choose(
        cast,
        max_,
        {"kind": "commented", "channels": {"mail": False}},
        {"kind": "Unassigned", "channels": {"inbox": False, "mail": True}},
    )
    own = {"inbox": True, "mail": False}
    assert found(shown, "COMMENTED")["own"] == found(shown, "COMMENTED")["effective"] == own
    assert found(shown, "UNASSIGNED")["own"] == {"inbox": False, "mail": True}
    shown = choose(cast, max_, {"kind": "COMMENTED", "channels": {"inbox": False}})
    assert found(shown, "COMMENTED")["own"] == {"inbox": False, "mail": False}
    assert found(shown, "UNASSIGNED")["own"] is not None
    shown = choose(cast, max_, {"kind": "COMMENTED", "channels": None})
    assert found(shown, "COMMENTED")["own"] is None
    assert Preference.objects.count() == 1


def test_a_project_counts_before_its_workspace(cast: Cast, max_: Client) -> None:
    shown = choose(
        cast,
        max_,
        {"kind": "COMMENTED", "channels": {"inbox": False, "mail": False}},
        {"kind": "COMMENTED", "projectId": str(cast.project.pk), "channels": {"inbox": True}},
    )
    special = found(shown, "COMMENTED", cast.project)
    assert special["default"] == {"inbox": False, "mail": False}
    assert special["own"] == special["effective"] == {"inbox": True, "mail": True}
    other = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    tasks = [create_task(actor=by(cast.ada), project=p, title="O") for p in (cast.project, other)]
    told = [news(who, task, "COMMENTED") for who in (cast.max, cast.pia) for task in tasks]
    with CaptureQueriesContext(connection) as queries:
        assert [tuple(each) for each in channels_for(told)] == [(True, True), (False, False)] + [
            (True, True)
        ] * 2
    assert len(queries) == 1
    assert channels_for([]) == []


def test_a_project_one_may_not_read_any_more_is_not_shown(cast: Cast, max_: Client) -> None:
    where = {"project_id": str(cast.project.pk), "channels": {"mail": False}}
    assert len(choose(cast, max_, {"kind": "COMMENTED", **where})) == len(KINDS) + 1
    cast.project.visibility = Visibility.PRIVATE
    cast.project.save()
    remove_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
    assert len(max_.ask("GET", at(cast))["data"]) == len(KINDS)
    errors = choose(cast, max_, {"kind": "COMMENTED", **where}, status=400)
    assert errors == {"preferences.0.project_id": ["Not found."]}


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        None,
        "COMMENTED",
        [{"kind": "COMMENTED"}],
        [{"kind": "INVITED", "channels": None}],
        [{"kind": "NEWS", "channels": None}],
        [{"kind": "COMMENTED", "channels": {"mail": "perhaps"}}],
        [{"kind": "COMMENTED", "channels": []}],
        [{"kind": "COMMENTED", "channels": None}] * 2,
        [{"kind": "COMMENTED", "channels": None, "project_id": "7"}],
        [{"kind": "COMMENTED", "channels": None}] * 201,
    ],
)
def test_bad_choices_change_nothing(cast: Cast, max_: Client, wrong: Any) -> None:
    good = {"kind": "MENTIONED", "channels": {"mail": False}}
    body = [good, *wrong] if isinstance(wrong, list) and wrong else wrong
    max_.ask("PATCH", at(cast), {"preferences": body}, status=400)
    assert not Preference.objects.exists()


def test_a_project_of_another_workspace_is_refused(cast: Cast) -> None:
    foreign = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Foreign")
    Membership.objects.create(workspace=cast.workspace, user=cast.sam)
    body = {"kind": "COMMENTED", "project": str(foreign.pk), "channels": None}
    assert "preferences" in choose(cast, client_of(cast.sam), body, status=400)


def test_only_members_choose_and_only_for_themselves(cast: Cast, max_: Client) -> None:
    choose(cast, max_, {"kind": "COMMENTED", "channels": {"mail": False}})
    shown = client_of(cast.pia).ask("GET", at(cast))["data"]
    assert found(shown, "COMMENTED")["own"] is None
    client_of(cast.sam).ask("GET", at(cast), status=403)
    max_.ask("GET", PATH, status=400)
    max_.ask("GET", f"{PATH}?workspace=7", status=404)


def test_a_dry_run_chooses_nothing(cast: Cast, max_: Client) -> None:
    body = {"preferences": [{"kind": "COMMENTED", "channels": {"mail": False}}]}
    max_.ask("PATCH", f"{at(cast)}&dry_run=1", body)
    assert not Preference.objects.exists()


def test_no_mail_of_assignments_for_who_wants_none(cast: Cast, max_: Client) -> None:
    where = {"project_id": str(cast.project.pk), "channels": {"mail": False}}
    choose(cast, max_, {"kind": "ASSIGNED", **where})
    other = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    add_project_member(actor=by(cast.ada), project=other, person=cast.max)
    for project in (cast.project, other):
        create_task(actor=by(cast.ada), project=project, title="Oil", assignee=cast.max)
    [mail] = Delivery.objects.filter(recipient_id=cast.max.pk, kind="task_assigned")
    assert mail.workspace_id == cast.workspace.pk
    tasks = [create_task(actor=by(cast.lea), project=cast.project, title=t) for t in "ab"]
    changes = {"assignee_id": str(cast.max.pk)}
    given = {"task_ids": [str(task.pk) for task in tasks], "changes": changes}
    client_of(cast.lea).ask("POST", "/api/tasks/bulk", given)
    assert not Delivery.objects.filter(kind="tasks_assigned").exists()


def test_preferences_end_with_the_membership(cast: Cast, max_: Client) -> None:
    choose(cast, max_, {"kind": "COMMENTED", "channels": {"mail": False}})
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    tell(cast.max, task)
    schedule(cast.max, digest="DAILY")
    membership = Membership.objects.get(workspace=cast.workspace, user=cast.max)
    remove_member(actor=by(cast.ada), membership=membership)
    assert not Preference.objects.exists()
    assert not MailBatch.objects.filter(person=cast.max).exists()
    assert MailSchedule.objects.exists()
    delete_person(actor=by(None), person=cast.max)
    assert not MailSchedule.objects.exists()


def test_preferences_go_with_an_account_that_becomes_part_of_another(
    cast: Cast, max_: Client
) -> None:
    choose(cast, max_, {"kind": "COMMENTED", "channels": {"mail": False}})
    schedule(cast.max, digest="DAILY")
    publish(PersonJoined(actor=by(None), person=cast.sam, former=cast.max))
    assert Preference.objects.get().person == cast.sam
    assert MailSchedule.objects.get().person == cast.sam
    schedule(cast.max, digest="WEEKLY")
    choose(cast, client_of(cast.pia), {"kind": "COMMENTED", "channels": {"mail": False}})
    publish(PersonJoined(actor=by(None), person=cast.sam, former=cast.pia))
    assert Preference.objects.filter(person=cast.sam).count() == 1


def test_choosing_at_once_keeps_every_choice(committed_db: CommittedDatabase, cast: Cast) -> None:
    kinds = [kind.value for kind in KINDS[:8]]

    def work(n: int) -> None:
        mine = [{"kind": kind, "channels": {"mail": n == i}} for i, kind in enumerate(kinds)]
        choose(cast, client_of(cast.max), *(mine if n % 2 else mine[::-1]))

    times(4, work)
    assert Preference.objects.count() == len(kinds)


def test_choosing_while_leaving_leaves_nothing(committed_db: CommittedDatabase, cast: Cast) -> None:
    membership = Membership.objects.get(workspace=cast.workspace, user=cast.max)
    body = {"preferences": [{"kind": "COMMENTED", "channels": {"mail": False}}]}

    def change() -> int:
        return int(client_of(cast.max).patch(at(cast), body, format="json").status_code)

    def leave() -> None:
        remove_member(actor=by(cast.ada), membership=membership)

    assert during(leave, change) in (403, 404)
    assert not Preference.objects.exists()
