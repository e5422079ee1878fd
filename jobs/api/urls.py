"""The routes of jobs."""

from django.urls import path

from core.api.routes import LIST, MANY, Verbs
from jobs.api.files import JobFiles
from jobs.api.functions import FunctionRuns, Functions
from jobs.api.views import Jobs

RETRIEVE: Verbs = {"get": "retrieve"}
CANCEL: Verbs = {"post": "cancel"}
RETRY: Verbs = {"post": "retry"}
FILES: Verbs = {"get": "list"}
LINK: Verbs = {"get": "link"}
EVERY: Verbs = {"get": "every"}
RUN: Verbs = {"post": "run"}
REPLAY: Verbs = {"post": "replay"}
one = "api/jobs/<str:pk>"

OF_STAFF = [
    path("api/ops/functions", Functions.as_view(EVERY), name="functions"),
    path("api/inngest", Functions.as_view(EVERY, alias=True)),
    path("api/ops/functions/<str:name>", Functions.as_view(RETRIEVE), name="function"),
    path("api/ops/functions/<str:name>/run", Functions.as_view(RUN)),
    path("api/ops/runs", FunctionRuns.as_view(LIST), name="function-runs"),
    path("api/ops/runs/<str:pk>", FunctionRuns.as_view(RETRIEVE), name="function-run"),
    path("api/ops/runs/<str:pk>/replay", FunctionRuns.as_view(REPLAY)),
]

urlpatterns = [
    path("api/jobs", Jobs.as_view(MANY), name="jobs"),
    path(one, Jobs.as_view(RETRIEVE), name="job"),
    path(f"{one}/cancel", Jobs.as_view(CANCEL)),
    path(f"{one}/retry", Jobs.as_view(RETRY)),
    path(f"{one}/files", JobFiles.as_view(FILES)),
    path(f"{one}/files/<str:file>", JobFiles.as_view(LINK)),
    *OF_STAFF,
]
