"""Bodies about projects, and finding the people they name by address or id."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from core.api.fields import Choice, Input, Name, OptionalDate, OptionalText, Percentage
from core.api.sizes import LONGEST_VALUE
from core.models import as_uuid
from projects.models import Priority, ProjectStatus, Visibility
from projects.rights import ROLE_ALIASES, ProjectRole
from projects.services.members import not_in_workspace
from projects.services.workflows import Workflow

LONGEST_NAME = 320


@extend_schema_field(OpenApiTypes.STR)
class PersonNamed(serializers.Field[Any, str, str, Any]):
    """An address or an id; only printable, because PostgreSQL fails on a NUL."""

    max_length = LONGEST_NAME

    default_error_messages: ClassVar = {"invalid": "Must be an e-mail address or an id."}

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return super().validate_empty_values(None if data == "" and self.allow_null else data)

    def to_internal_value(self, data: Any) -> str:
        is_text = isinstance(data, str) and 0 < len(data) <= LONGEST_NAME
        if not is_text or not data.isprintable():
            self.fail("invalid")
        return str(data)


class PeopleNamed(serializers.ListField):
    """A list of addresses or ids; its length is checked before its items."""

    child = PersonNamed()

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)
        self.most = max_length

    def to_internal_value(self, data: Any) -> list[str]:
        if isinstance(data, list) and len(data) > self.most:
            self.fail("max_length", max_length=self.most)
        names: list[str] = super().to_internal_value(data)
        return names


def find_members(workspace_id: UUID, **named: list[str]) -> dict[str, User]:
    """The members with these addresses or ids, by the text given. Two queries at most.

    `named` has the texts per field. Those outside the workspace are refused in the same way
    whether they have an account or not, so the answer does not reveal accounts.
    """
    names = list(dict.fromkeys(name for each in named.values() for name in each))
    found = _members_named(workspace_id, names)
    if outside := [name for name in names if name not in found]:
        missing = {
            field: [name for name in each if name not in found] for field, each in named.items()
        }
        raise not_in_workspace(missing, people=outside)
    return found


def _members_named(workspace_id: UUID, names: list[str]) -> dict[str, User]:
    addresses = [name for name in names if "@" in name]
    ids = [name for name in names if "@" not in name]
    known: dict[str, User] = {}
    if addresses:
        people = User.objects.by_address(*addresses).filter(memberships__workspace=workspace_id)
        known = {person.email.lower(): person for person in people}
    if ids:
        members = User.objects.active().filter(memberships__workspace=workspace_id)
        for person in members.with_public_id(*ids):
            known |= {str(person.pk): person, person.public_id: person}
    return {name: known[key] for name in names if (key := _key(name)) in known}


def _key(name: str) -> str:
    """The address or id normalised as in the keys of `known`."""
    return name.strip().lower() if "@" in name else str(as_uuid(name) or name)


class ProjectFields(Input):
    """The fields of a project that can be given on creation and changed later."""

    name = Name(max_length=200)
    description = OptionalText(max_length=20_000)
    visibility = Choice(Visibility, required=False)
    status = Choice(ProjectStatus, required=False)
    priority = Choice(Priority, required=False)
    progress = Percentage(required=False)
    start_date = OptionalDate()
    end_date = OptionalDate()
    completion_requires_unblocked = serializers.BooleanField(
        required=False,
        help_text="No task enters a column of DONE or CLOSED as long as open tasks block it.",
    )


class NewProject(ProjectFields):
    """A new project; without a workspace it goes into the person's personal one."""

    workspace_id = serializers.CharField(
        max_length=LONGEST_VALUE, required=False, allow_null=True, allow_blank=True
    )
    team_lead = PersonNamed(required=False, allow_null=True)
    team_members = PeopleNamed(required=False, max_length=500)
    workflow = Choice(Workflow, required=False)


class ProjectChanges(ProjectFields):
    name = Name(max_length=200, required=False)


class NewLead(Input):
    """The new lead of a project; null for none."""

    team_lead = PersonNamed(allow_null=True)

    class Meta:
        also: ClassVar = {"user_id": "team_lead", "email": "team_lead"}


class NewProjectMember(Input):
    email = serializers.EmailField(max_length=254)
    role = Choice(
        [ProjectRole.MEMBER.value, ProjectRole.VIEWER.value], also=ROLE_ALIASES, required=False
    )


class NewRole(Input):
    """A member's new role; LEAD makes them the lead instead of the present one."""

    role = Choice(ProjectRole, also=ROLE_ALIASES)


class NewRoleOf(NewRole):
    """A new role and the id or address of the member who gets it."""

    user_id = serializers.CharField(max_length=320)

    class Meta:
        also: ClassVar = {"email": "user_id", "user": "user_id", "member_id": "user_id"}
