"""Who is sent which event, by the rights of the moment."""

from collections.abc import Callable
from typing import Any

import pytest

from projects.services.deletion import delete_project, restore_project
from projects.services.members import add_project_member, remove_project_member
from projects.services.projects import update_project
from tasks.models import RelatedAs
from tasks.services.relations import add_relation
from tasks.services.saved_filters import save_filter, update_filter
from tasks.services.transfers import transfer_task
from tests.realtime.site import Site, membership, private_project, room_of, write
from tests.realtime.wire import Opened, Socket
from tests.support.actors import by
from tests.support.cast import Cast
from tests.workspaces.inviting import invite
from workspaces.services.deletion import delete_workspace
from workspaces.services.members import change_member_role, remove_member

TokenOf = Callable[[str], str]
Follow = Callable[[str, Any], Socket]


@pytest.fixture
def follow(opened: Opened, token_of: TokenOf) -> Follow:
    """Somebody's socket that follows the room of a workspace or project."""

    def follow(name: str, row: Any) -> Socket:
        one = opened.greeted(token_of(name))
        one.follow(room_of(row))
        return one

    return follow


def events(one: Socket, last: Any) -> list[dict[str, Any]]:
    """What is sent up to the event about this row, people's coming and going left out."""
    found: list[dict[str, Any]] = []
    while not found or (found[-1]["event"] or {}).get("entity_id") != str(last.pk):
        said = one.hear()
        found += [said] if "seq" in said else []
    return found


def kinds(one: Socket, last: Any) -> list[str]:
    return [each["type"] for each in events(one, last)]


def test_a_private_filter_is_told_its_owner_only(follow: Follow, team: Cast) -> None:
    moe, ada = follow("moe", team.project), follow("ada", team.project)
    saved = save_filter(actor=by(team.moe), project=team.project, name="Hush", parameters={})
    update_filter(actor=by(team.moe), saved_filter=saved, changes={"name": "Quiet"})
    last = write(team)
    assert kinds(moe, last) == ["saved_filter:added", "saved_filter:updated", "task:created"]
    told = events(ada, last)
    assert [each["type"] for each in told] == ["task:created"]
    assert "Hush" not in str(told)


def test_a_guest_follows_the_workspace_and_is_told_of_no_project(
    follow: Follow, team: Cast
) -> None:
    gus, ada = follow("gus", team.workspace), follow("ada", team.workspace)
    write(team)
    invite(team)
    change_member_role(actor=by(team.ada), membership=membership(team, team.moe), role="PM")
    place = membership(team, team.moe)
    assert kinds(ada, place) == ["task:created", "invitation:invited", "membership:role_changed"]
    [told] = events(gus, place)
    assert (told["type"], told["prev"] + 3) == ("membership:role_changed", told["seq"])


def test_addresses_are_in_no_event(follow: Follow, team: Cast, site: Site) -> None:
    """Not even for those who may read them, because all in the room are sent the same."""
    ada = follow("ada", team.workspace)
    last = write(team)
    [told] = events(ada, last)
    assert told["event"]["actor"]["name"] == "Lea"
    assert "@" not in str(told)
    path = f"/api/workspaces/{team.workspace.pk}/events?after={told['prev']}"
    [read] = site.of(team.ada).ask("GET", path)["data"]
    assert read["actor"].pop("email") == "lea@example.com"
    assert told["event"]["actor"].pop("email") is None
    told["event"].pop("request_id")
    read.pop("request_id")
    assert told["event"] == read


def test_a_transfer_is_told_on_both_sides_as_each_may_see_it(follow: Follow, team: Cast) -> None:
    secret, task = private_project(team), write(team, "Hide")
    max_, lea = follow("max", team.project), follow("lea", secret)
    whole, both = follow("max", team.workspace), follow("lea", team.workspace)
    transfer_task(actor=by(team.lea), task=task, project=secret)
    for one in (max_, whole):
        [told] = events(one, task)
        assert (told["type"], told["event"]["changes"]) == ("task:transferred", {})
        assert (told["event"]["project_id"], told["event"]["task"]["key"]) == (None, None)
        assert str(secret.pk) not in str(told)
    for one in (lea, both):
        [told] = events(one, task)
        assert told["event"]["project_id"] == str(secret.pk)
        assert told["event"]["changes"]["key"]["new"].startswith("SEC")


def test_names_in_other_projects_are_not_told(follow: Follow, team: Cast) -> None:
    secret, task = private_project(team), write(team)
    other = write(team, "Hide", secret)
    max_ = follow("max", team.project)
    add_relation(actor=by(team.lea), task=task, other=other, kind=RelatedAs.BLOCKS)
    [*_, told] = events(max_, task)
    assert "Hide" not in str(told)
    assert str(other.pk) not in str(told)


def test_who_is_added_is_told_from_then_on(follow: Follow, team: Cast) -> None:
    secret = private_project(team)
    write(team, "Before", secret)
    max_ = follow("max", team.workspace)
    add_project_member(actor=by(team.lea), project=secret, person=team.max)
    last = write(team, "After", secret)
    assert kinds(max_, last) == ["membership:added", "task:created"]


def test_a_deleted_project_is_told_to_its_readers(follow: Follow, team: Cast) -> None:
    secret = private_project(team)
    lea, moe, inside = follow("lea", team.workspace), follow("moe", team.workspace), None
    inside = follow("lea", secret)
    delete_project(actor=by(team.lea), project=secret)
    [told] = events(lea, secret)
    assert (told["type"], told["event"]["changes"]) == ("project:deleted", {})
    assert inside.end()[-1]["code"] == inside.code == 4403
    restore_project(actor=by(team.lea), project=secret)
    assert kinds(lea, secret) == ["project:restored"]
    last = write(team)
    assert kinds(moe, last) == ["task:created"]


def lose_role(team: Cast) -> None:
    change_member_role(actor=by(team.ada), membership=membership(team, team.moe), role="GUEST")


def lose_membership(team: Cast) -> None:
    remove_member(actor=by(team.ada), membership=membership(team, team.moe))


def lose_openness(team: Cast) -> None:
    changes = {"visibility": "PRIVATE"}
    update_project(actor=by(team.lea), project=team.project, changes=changes)


def lose_workspace(team: Cast) -> None:
    delete_workspace(actor=by(team.ada), workspace=team.workspace)


@pytest.mark.parametrize("lose", [lose_role, lose_membership, lose_openness, lose_workspace])
def test_who_may_not_follow_any_more_is_sent_nothing_further(
    follow: Follow, opened: Opened, team: Cast, lose: Callable[[Cast], None]
) -> None:
    moe = follow("moe", team.project)
    write(team, "Before")
    assert moe.hear()["type"] == "task:created"
    lose(team)
    if lose is not lose_workspace:
        write(team, "After")
    said = moe.end(5.0)
    assert [each["code"] for each in said] == [moe.code] == [4403]
    assert said[0]["room"] == room_of(team.project)


def test_who_is_removed_from_a_private_project_is_out_at_once(follow: Follow, team: Cast) -> None:
    secret = private_project(team, team_members=[team.max, team.gus])
    max_, whole, gus = follow("max", secret), follow("max", team.workspace), follow("gus", secret)
    for person in (team.max, team.gus):
        remove_project_member(actor=by(team.lea), project=secret, person=person)
    write(team, "Hide", secret)
    for one in (max_, gus):
        assert [each["type"] for each in one.end(5.0) if "seq" in each] == []
        assert one.code == 4403
    last = write(team, "Seen")
    assert "Hide" not in str(events(whole, last))


def test_a_room_that_was_followed_too_early_is_told_later_rights(
    follow: Follow, team: Cast, opened: Opened, token_of: TokenOf
) -> None:
    """What is known of somebody from another room may be older than their right to this one."""
    secret = private_project(team)
    began = follow("lea", secret), follow("max", team.workspace)
    for n in range(6):
        add_project_member(actor=by(team.lea), project=secret, person=team.max)
        one = opened.greeted(token_of("max"))
        one.say("subscribe", room_of(secret), since=0)
        assert one.until("subscribed", "error")[-1]["type"] == "subscribed", n
        last = write(team, project=secret)
        assert kinds(one, last)[-1] == "task:created"
        remove_project_member(actor=by(team.lea), project=secret, person=team.max)
        assert one.end(5.0)
        assert one.code == 4403
    assert began
