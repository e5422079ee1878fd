"""The app's entry in the registry."""

from typing import ClassVar

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "tasks"
    granted_functions: ClassVar = ("search_tasks(text, uuid, uuid[], integer, boolean)",)
