"""Rows as plain as they can be: nothing is published, nobody is told."""

from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import User
from attachments.models import Attachment, State
from comments.models import Comment
from projects.models import Category, Project, ProjectMembership, Status
from tasks.models import POSITION_STEP, Task
from workspaces.models import Membership, Workspace


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    name = Sequence(lambda n: f"Person {n}")
    email = Sequence(lambda n: f"person{n}@example.com")


class WorkspaceFactory(DjangoModelFactory[Workspace]):
    class Meta:
        model = Workspace

    name = Sequence(lambda n: f"Workspace {n}")
    slug = Sequence(lambda n: f"workspace-{n}")
    owner = SubFactory(UserFactory)


class MembershipFactory(DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    workspace = SubFactory(WorkspaceFactory)
    user = SubFactory(UserFactory)


class ProjectFactory(DjangoModelFactory[Project]):
    class Meta:
        model = Project

    workspace = SubFactory(WorkspaceFactory)
    key = Sequence(lambda n: f"P{n}")
    name = Sequence(lambda n: f"Project {n}")
    created_by = SelfAttribute("workspace.owner")


class ProjectMembershipFactory(DjangoModelFactory[ProjectMembership]):
    class Meta:
        model = ProjectMembership

    project = SubFactory(ProjectFactory)
    workspace = SelfAttribute("project.workspace")
    user = SubFactory(UserFactory)


class StatusFactory(DjangoModelFactory[Status]):
    class Meta:
        model = Status
        django_get_or_create = ("project", "key")

    project = SubFactory(ProjectFactory)
    workspace = SelfAttribute("project.workspace")
    key = "TODO"
    name = SelfAttribute("key")
    category = Category.TODO
    position = Sequence(lambda n: 1000 + n)


class TaskFactory(DjangoModelFactory[Task]):
    """An open task nobody holds."""

    class Meta:
        model = Task

    project = SubFactory(ProjectFactory)
    workspace = SelfAttribute("project.workspace")
    status = SubFactory(StatusFactory, project=SelfAttribute("..project"))
    category = SelfAttribute("status.category")
    number = Sequence(lambda n: n + 1)
    position = LazyAttribute(lambda task: task.number * POSITION_STEP)
    title = Sequence(lambda n: f"Task {n}")
    created_by = SelfAttribute("workspace.owner")


class CommentFactory(DjangoModelFactory[Comment]):
    class Meta:
        model = Comment

    task = SubFactory(TaskFactory)
    workspace = SelfAttribute("task.workspace")
    author = SelfAttribute("task.created_by")
    content = "A remark."


class AttachmentFactory(DjangoModelFactory[Attachment]):
    """A file that everybody sees; only its row is there."""

    class Meta:
        model = Attachment

    task = SubFactory(TaskFactory)
    workspace = SelfAttribute("task.workspace")
    uploaded_by = SelfAttribute("task.created_by")
    file_name = "plan.txt"
    size = 6
    content_type = "text/plain"
    state = State.READY
    storage_key = Sequence(lambda n: f"nowhere/{n}/plan.txt")
