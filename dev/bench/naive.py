"""For comparison, the list in ordinary DRF: `ModelSerializer`, generic view, membership check."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework import generics, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import IsAuthenticated

from accounts.models import User
from identity.api.authentication import BearerAuthentication
from projects.models import Project
from tasks.models import Task


class PersonSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "name", "email", "avatar_url")


class ProjectSerializer(serializers.ModelSerializer[Project]):
    class Meta:
        model = Project
        fields = ("id", "key", "name", "status", "priority", "team_lead", "workspace")


class TaskSerializer(serializers.ModelSerializer[Task]):
    key = serializers.SerializerMethodField()
    status = serializers.CharField(source="status.key")
    assignee = PersonSerializer()
    created_by = PersonSerializer()
    project = ProjectSerializer()
    comment_count = serializers.IntegerField()

    class Meta:
        model = Task
        fields = (
            "id",
            "key",
            "number",
            "title",
            "description",
            "type",
            "priority",
            "status",
            "status_id",
            "category",
            "is_complete",
            "assignee_id",
            "assignee",
            "created_by",
            "workspace",
            "project_id",
            "project",
            "parent",
            "position",
            "due_date",
            "due_time",
            "completed_at",
            "created_at",
            "updated_at",
            "version",
            "comment_count",
        )

    def get_key(self, task: Task) -> str:
        return f"{task.project.key}-{task.number}"


class Fifty(CursorPagination):
    page_size = 50
    ordering = "-created_at"


class ProjectTasks(generics.ListAPIView[Task]):
    authentication_classes = [BearerAuthentication]
    permission_classes = [IsAuthenticated]
    serializer_class = TaskSerializer
    pagination_class = Fifty

    def get_queryset(self) -> QuerySet[Task]:
        mine: Any = Project.objects.filter(memberships__user_id=str(self.request.user.pk))
        project = get_object_or_404(mine, pk=self.kwargs["pk"])
        tasks: QuerySet[Task] = Task.objects.filter(project=project, deleted_at=None)
        return tasks.select_related("status", "assignee", "created_by", "project").annotate(
            comment_count=Count("comments", filter=Q(comments__deleted_at=None))
        )


urlpatterns = [path("api/projects/<uuid:pk>/tasks", ProjectTasks.as_view())]
