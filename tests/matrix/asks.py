"""Every route of the product: what it is about, which right it needs, what it answers."""

import re
from typing import Any, NamedTuple

from django.urls import get_resolver, resolve

from tests.test_architecture import routes

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OF_STAFF = ("api/ops/", "api/inngest")
ELSEWHERE = ("admin/", "accounts/", "api-auth/", "api/auth/", "api/webhooks/", *OF_STAFF)
"""Where other tests ask everybody: tests/admin, tests/accounts and tests/jobs."""
LOOKS = {"alias", "default_limit", "embedded", "embedded_in_one", "wrapped"}
"""What a path may say about how an answer looks; nobody is let in or refused by it."""


class Ask(NamedTuple):
    """A line of the table below.

    `about` is the kind of object that must be in reach, `right` the code needed there; `well` is
    the status for those who hold it, `archived` the same inside an archived project,
    left out where it makes no difference.
    """

    method: str
    path: str
    about: str
    right: str
    well: int
    archived: int

    @property
    def body(self) -> Any:
        return {} if self.method == "GET" else BY_PATH.get(self.path, {})


def lines(text: str) -> list[Ask]:
    return [_line(*line.split()) for line in text.splitlines() if line]


def _line(method: str, path: str, about: str, right: str, well: str, archived: str = "") -> Ask:
    return Ask(method, path, about, right, int(well), int(archived or well))


ASKS = lines("""
GET    /                                                 nobody    -                       200
GET    /health                                           nobody    -                       200
GET    /livez                                            nobody    -                       200
GET    /readyz                                           nobody    -                       200
GET    /api/health                                       nobody    -                       200
GET    /api/schema                                       nobody    -                       200
GET    /api/docs                                         nobody    -                       200
GET    /api/redoc                                        nobody    -                       200
GET    /api/invitations/{token}                          nobody    -                       200
POST   /api/invitations/{token}/accept                   invited   -                       200
GET    /api/invitations                                  somebody  -                       200
GET    /api/unsubscribe/{way_out}                        nobody    -                       200
POST   /api/unsubscribe/{way_out}                        nobody    -                       200
GET    /api/jobs                                         somebody  -                       200
POST   /api/jobs                                         somebody  -                       202
GET    /api/jobs/{job}                                   somebody  -                       404
POST   /api/jobs/{job}/cancel                            somebody  -                       404
POST   /api/jobs/{job}/retry                             somebody  -                       404
GET    /api/jobs/{job}/files                             somebody  -                        404
GET    /api/jobs/{job}/files/{file}                      somebody  -                        404
GET    /calendar/{calendar}.ics                          nobody    -                        404
GET    /api/calendar-feeds                               somebody  -                        200
POST   /api/calendar-feeds                               somebody  -                        201
GET    /api/calendar-feeds/{feed}                        somebody  -                        404
DELETE /api/calendar-feeds/{feed}                        somebody  -                        404
POST   /api/calendar-feeds/{feed}/rotate                 somebody  -                        404
GET    /api/workspaces/{workspace}/import-files          workspace workspace:read          200
POST   /api/workspaces/{workspace}/import-files          workspace import:create           201
GET    /api/import-files/{import_file}                   somebody  -                       404
DELETE /api/import-files/{import_file}                   somebody  -                       404
POST   /api/import-files/{import_file}/complete          somebody  -                       404
POST   /api/import-files/{import_file}/preview           somebody  -                       404
POST   /api/realtime/pusher/auth                         somebody  -                       403
GET    /api/workspaces                                   somebody  -                       200
POST   /api/workspaces                                   somebody  -                       201
GET    /api/workspaces/{workspace}                       workspace workspace:read          200
PUT    /api/workspaces/{workspace}                       workspace workspace:update        200
PATCH  /api/workspaces/{workspace}                       workspace workspace:update        200
DELETE /api/workspaces/{workspace}                       workspace workspace:delete        204
POST   /api/workspaces/{workspace}/restore               workspace workspace:delete        200
PUT    /api/workspaces/{workspace}/owner                 workspace owner                   200
DELETE /api/workspaces/{workspace}/owner                 workspace owner                   200
POST   /api/workspaces/{workspace}/owner/accept          workspace workspace:read          409
POST   /api/workspaces/{workspace}/owner/decline         workspace workspace:read          409
GET    /api/workspaces/{workspace}/can?action=update     workspace workspace:read          200
GET    /api/workspaces/{workspace}/settings              workspace workspace:read          200
PUT    /api/workspaces/{workspace}/settings              workspace workspace:update        200
PATCH  /api/workspaces/{workspace}/settings              workspace workspace:update        200
GET    /api/workspaces/{workspace}/reminders             workspace workspace:read          200
PUT    /api/workspaces/{workspace}/reminders             workspace workspace:read          200
GET    /api/workspaces/{workspace}/tasks/{key}           task      project:read            200
GET    /api/workspaces/{workspace}/audit                 workspace audit:read              200
GET    /api/workspaces/{workspace}/report-schedules      workspace report:schedule          200
POST   /api/workspaces/{workspace}/report-schedules      workspace report:schedule          201
GET    /api/workspaces/{workspace}/report-schedules/{schedule} workspace report:schedule 404
PUT    /api/workspaces/{workspace}/report-schedules/{schedule} workspace report:schedule 404
PATCH  /api/workspaces/{workspace}/report-schedules/{schedule} workspace report:schedule 404
DELETE /api/workspaces/{workspace}/report-schedules/{schedule} workspace report:schedule 404
GET    /api/workspaces/{workspace}/webhooks              workspace webhook:manage           200
POST   /api/workspaces/{workspace}/webhooks              workspace webhook:manage           201
GET    /api/workspaces/{workspace}/webhooks/{webhook}    workspace webhook:manage           200
PUT    /api/workspaces/{workspace}/webhooks/{webhook}    workspace webhook:manage           200
PATCH  /api/workspaces/{workspace}/webhooks/{webhook}    workspace webhook:manage           200
DELETE /api/workspaces/{workspace}/webhooks/{webhook}    workspace webhook:manage           204
POST   /api/workspaces/{workspace}/webhooks/{webhook}/rotate workspace webhook:manage       200
POST   /api/workspaces/{workspace}/webhooks/{webhook}/test workspace webhook:manage         201
POST   /api/workspaces/{workspace}/webhooks/{webhook}/replay workspace webhook:manage       200
GET    /api/workspaces/{workspace}/webhooks/{webhook}/deliveries workspace webhook:manage   200
GET    /api/workspaces/{workspace}/members               workspace workspace:read          200
GET    /api/workspaces/{workspace}/events                workspace workspace:read          200
GET    /api/workspaces/{workspace}/events/stream         workspace workspace:read          200
POST   /api/realtime/ticket                              somebody  -                       201
POST   /api/realtime/collaboration                       project   project:read            204
GET    /api/activity?workspace={workspace}               workspace workspace:read          200
POST   /api/events/{event}/undo                          event     task:update             200 409
POST   /api/workspaces/{workspace}/members               workspace workspace:invite        201
GET    /api/workspaces/{workspace}/members/{member}      workspace workspace:read          200
PUT    /api/workspaces/{workspace}/members/{member}      workspace workspace:invite        200
PATCH  /api/workspaces/{workspace}/members/{member}      workspace workspace:invite        200
DELETE /api/workspaces/{workspace}/members/{member}      workspace workspace:remove_member 204
GET    /api/workspaces/{workspace}/invitations           workspace workspace:invite        200
POST   /api/workspaces/{workspace}/invitations           workspace workspace:invite        201
DELETE /api/workspaces/{workspace}/invitations/{invitation} workspace workspace:invite 204
POST   /api/workspaces/{workspace}/invitations/{invitation}/resend workspace workspace:invite 200
GET    /api/workspace                                    somebody  -                       200
POST   /api/workspace                                    somebody  -                       201
POST   /api/workspace/add-member                         workspace workspace:invite        201
GET    /api/workspace/{workspace}                        workspace workspace:read          200
PUT    /api/workspace/{workspace}                        workspace workspace:update        200
PATCH  /api/workspace/{workspace}                        workspace workspace:update        200
DELETE /api/workspace/{workspace}                        workspace workspace:delete        204
GET    /api/workspace/{workspace}/members                workspace workspace:read          200
POST   /api/workspace/{workspace}/members                workspace workspace:invite        201
POST   /api/workspace/{workspace}/invite                 workspace workspace:invite        201
GET    /api/projects                                     somebody  -                       200
POST   /api/projects                                     workspace project:create          201
GET    /api/projects/{project}                           project   project:read            200
PUT    /api/projects/{project}                           project   project:update          200
PATCH  /api/projects/{project}                           project   project:update          200
DELETE /api/projects/{project}                           project   project:delete          204
POST   /api/projects/{project}/restore                   project   project:delete          200
PUT    /api/projects/{project}/lead                      project   project:set_lead        200
POST   /api/projects/{project}/archive                   project   project:archive         200
DELETE /api/projects/{project}/archive                   project   project:archive         200
GET    /api/projects/{project}/can?action=update         project   project:read            200
GET    /api/projects/{project}/access                    project   project:set_lead        200
GET    /api/projects/{project}/statuses                  project   project:read            200
POST   /api/projects/{project}/statuses                  project   workflow:manage         201 409
POST   /api/projects/{project}/statuses/reorder          project   workflow:manage         200 409
GET    /api/projects/{project}/statuses/{column}         project   project:read            200
PUT    /api/projects/{project}/statuses/{column}         project   workflow:manage         200 409
PATCH  /api/projects/{project}/statuses/{column}         project   workflow:manage         200 409
DELETE /api/projects/{project}/statuses/{column}         project   workflow:manage         204 409
GET    /api/projects/{project}/transitions               project   project:read            200
PUT    /api/projects/{project}/transitions               project   workflow:manage         200 409
GET    /api/projects/{project}/board                     project   project:read            200
GET    /api/projects/{project}/dashboard                 project   project:read            200
GET    /api/projects/{project}/dashboard/chart?kind=flow project   project:read            200
GET    /api/dashboard/stats?workspace={workspace}        workspace workspace:read          200
GET    /api/dashboard/chart?kind=flow&workspace={workspace} workspace workspace:read       200
GET    /api/projects/{project}/labels                    project   project:read            200
POST   /api/projects/{project}/labels                    project   task:create             201 409
GET    /api/labels/{label}                               label     project:read            200
PUT    /api/labels/{label}                               label     task:create             200 409
PATCH  /api/labels/{label}                               label     task:create             200 409
DELETE /api/labels/{label}                               label     task:create             204 409
GET    /api/projects/{project}/members                   project   project:read            200
POST   /api/projects/{project}/members                   project   project:manage_members  201
PUT    /api/projects/{project}/members/{member}          project   project:manage_members  200
PATCH  /api/projects/{project}/members/{member}          project   project:manage_members  200
DELETE /api/projects/{project}/members/{member}          project   project:manage_members  204
GET    /api/project                                      somebody  -                       200
POST   /api/project                                      workspace project:create          201
GET    /api/project/{project}                            project   project:read            200
PUT    /api/project/{project}                            project   project:update          200
PATCH  /api/project/{project}                            project   project:update          200
DELETE /api/project/{project}                            project   project:delete          204
GET    /api/projects/workspace/{workspace}               workspace workspace:read          200
POST   /api/projects/workspace/{workspace}               workspace project:create          201
GET    /api/projects/workspace/{workspace}/projects      workspace workspace:read          200
POST   /api/projects/{project}/add-member                project   project:manage_members  201
POST   /api/projects/{project}/invite                    project   project:manage_members  201
PUT    /api/projects/{project}/role                      project   project:manage_members  200
DELETE /api/projects/{project}/member/{member}           project   project:manage_members  204
GET    /api/projects/{project}/tasks                     project   project:read            200
POST   /api/projects/{project}/tasks                     project   task:create             201 409
GET    /api/projects/{project}/filters                   project   project:read            200
POST   /api/projects/{project}/filters                   project   task:create             201 409
GET    /api/filters/{filter}                             filter    project:read            200
PUT    /api/filters/{filter}                             filter    task:create             200 409
PATCH  /api/filters/{filter}                             filter    task:create             200 409
DELETE /api/filters/{filter}                             filter    task:create             204 409
GET    /api/tasks/project/{project}/tasks                project   project:read            200
POST   /api/tasks/project/{project}/tasks                project   task:create             201 409
POST   /api/tasks                                        project   task:create             201 409
DELETE /api/tasks                                        task      task:delete             200 409
POST   /api/tasks/bulk                                   task      task:update             200 409
GET    /api/tasks/mine                                   somebody  -                       200
GET    /api/tasks/recent?workspace={workspace}           workspace workspace:read          200
GET    /api/tasks/search?q=thread                        somebody  -                       200
GET    /api/tasks/{task}                                 task      project:read            200
PUT    /api/tasks/{task}                                 task      task:update             200 409
PATCH  /api/tasks/{task}                                 task      task:update             200 409
DELETE /api/tasks/{task}                                 task      task:delete             204 409
GET    /api/tasks/{task}/can?action=update               task      project:read            200
POST   /api/tasks/{task}/restore                         task      task:delete             200 409
POST   /api/tasks/{task}/transition                      task      task:transition         200 409
GET    /api/tasks/{task}/mute                            task      project:read            200
PUT    /api/tasks/{task}/mute                            task      project:read            200
DELETE /api/tasks/{task}/mute                            task      project:read            200
GET    /api/notifications                                somebody  -                       200
GET    /api/notifications/count                          somebody  -                       200
GET    /api/notifications/stream                         somebody  -                       200
POST   /api/notifications/read                           somebody  -                       200
POST   /api/notifications/unread                         somebody  -                       400
PATCH  /api/notifications/{notification}                 somebody  -                       404
GET    /api/notifications/preferences?workspace={workspace} workspace workspace:read       200
PATCH  /api/notifications/preferences?workspace={workspace} workspace workspace:read       200
GET    /api/notifications/schedule                       somebody  -                       200
PATCH  /api/notifications/schedule                       somebody  -                       200
GET    /api/notifications/unsubscribe/{mail_link}        nobody    -                       200
POST   /api/notifications/unsubscribe/{mail_link}        nobody    -                       200
GET    /api/tasks/{task}/activity                        task      project:read            200
GET    /api/tasks/{task}/history                         task      project:read            200
GET    /api/tasks/{task}/reminders                       task      project:read            200
GET    /api/tasks/{task}/relations                       task      project:read            200
POST   /api/tasks/{task}/relations                       task      task:update             201 409
DELETE /api/tasks/{task}/relations/{relation}            task      task:update             204 409
GET    /api/tasks/{task}/dependencies                    task      project:read            200
POST   /api/tasks/{task}/dependencies                    task      task:update             201 409
DELETE /api/tasks/{task}/dependencies/{blocker}          task      task:update             204 409
GET    /api/tasks/{task}/dependents                      task      project:read            200
GET    /api/projects/{project}/critical-path             project   project:read            200
POST   /api/tasks/{task}/move                            task      task:move               200 409
POST   /api/tasks/{task}/copy                            task      task:create             201 409
POST   /api/tasks/{task}/transfer                        task      task:update             200 409
GET    /api/tasks/{task}/watchers                        task      project:read            200
POST   /api/tasks/{task}/watchers                        task      project:read            201 409
DELETE /api/tasks/{task}/watchers/me                     task      project:read            204 409
DELETE /api/tasks/{task}/watchers/{member}               task      task:update             204 409
GET    /api/tasks/{task}/comments                        task      project:read            200
POST   /api/tasks/{task}/comments                        task      comment:create          201 409
GET    /api/tasks/{task}/attachments                     task      project:read            200
POST   /api/tasks/{task}/attachments                     task      attachment:create       201 409
GET    /api/attachments/{attachment}                     attachment project:read           200
DELETE /api/attachments/{attachment}                     attachment attachment:delete      204 409
GET    /api/attachments/{attachment}/download            attachment project:read           200
GET    /api/attachments/{attachment}/thumbnail           attachment project:read           200
POST   /api/attachments/{attachment}/complete            attachment attachment:create      200
POST   /api/attachments/{attachment}/restore             attachment attachment:delete      200 409
GET    /api/files/{file}                                 nobody    -                       404
PUT    /api/files/{file}                                 nobody    -                       404
GET    /api/comments/task/{task}/comments                task      project:read            200
POST   /api/comments/task/{task}/comments                task      comment:create          201 409
GET    /api/comments/{comment}                           comment   project:read            200
PUT    /api/comments/{comment}                           comment   comment:update          200 409
PATCH  /api/comments/{comment}                           comment   comment:update          200 409
DELETE /api/comments/{comment}                           comment   comment:delete          204 409
POST   /api/comments/{comment}/restore                   comment   comment:delete          200 409
GET    /api/comments/{comment}/history                   comment   project:read            200
PUT    /api/comments/{comment}/reactions/{emoji}         comment   comment:create          200 409
DELETE /api/comments/{comment}/reactions/{emoji}         comment   comment:create          200 409
""")

OBJECTS = ("workspace", "project", "label", "task", "comment", "filter", "attachment", "event")
ABOUT_OBJECTS = [ask for ask in ASKS if ask.about in OBJECTS]

NAMED, SAID, TITLED = {"name": "Loom"}, {"content": "Said"}, {"title": "Thread it"}
JOINS = {"email": "{newcomer_email}"}
ASKED_IN = {"email": "new@example.com", "role": "GUEST"}
IN_WORKSPACE = {**NAMED, "workspaceId": "{workspace}"}
BY_PATH: dict[str, Any] = {
    "/api/workspaces": NAMED,
    "/api/workspaces/{workspace}": NAMED,
    "/api/workspaces/{workspace}/owner": {"user_id": "{member}"},
    "/api/workspaces/{workspace}/settings": {"time_zone": "Europe/Berlin"},
    "/api/workspaces/{workspace}/reminders": {"lead_times": ["WEEK", "ON_DAY"]},
    "/api/workspaces/{workspace}/members": ASKED_IN,
    "/api/workspaces/{workspace}/members/{member}": {"role": "GUEST"},
    "/api/workspaces/{workspace}/invitations": ASKED_IN,
    "/api/workspace": NAMED,
    "/api/workspace/add-member": {"workspaceId": "{workspace}", "email": "{outsider_email}"},
    "/api/workspace/{workspace}": NAMED,
    "/api/workspace/{workspace}/members": ASKED_IN,
    "/api/workspace/{workspace}/invite": ASKED_IN,
    "/api/projects": IN_WORKSPACE,
    "/api/project": IN_WORKSPACE,
    "/api/projects/workspace/{workspace}": NAMED,
    "/api/projects/{project}": NAMED,
    "/api/project/{project}": NAMED,
    # Refused without Pusher; tests/realtime asks with it.
    "/api/realtime/pusher/auth": {
        "socket_id": "1.2",
        "channel_name": "private-project-{project}",
    },
    "/api/projects/{project}/lead": {"team_lead": "{member}"},
    "/api/projects/{project}/members": JOINS,
    "/api/projects/{project}/add-member": JOINS,
    "/api/projects/{project}/invite": JOINS,
    "/api/projects/{project}/members/{member}": {"role": "VIEWER"},
    "/api/projects/{project}/role": {"userId": "{member}", "role": "VIEWER"},
    "/api/projects/{project}/statuses": {**NAMED, "category": "TODO"},
    "/api/projects/{project}/statuses/{column}": NAMED,
    "/api/projects/{project}/statuses/reorder": {"order": ["DONE", "IN_PROGRESS", "TODO"]},
    "/api/projects/{project}/labels": NAMED,
    "/api/labels/{label}": NAMED,
    "/api/projects/{project}/transitions": {"transitions": [{"from": "TODO", "to": "{column}"}]},
    "/api/projects/{project}/tasks": {**TITLED, "assigneeId": "{member}"},
    "/api/projects/{project}/filters": {**NAMED, "parameters": {}, "isShared": True},
    "/api/filters/{filter}": NAMED,
    "/api/tasks/project/{project}/tasks": TITLED,
    "/api/tasks": {**TITLED, "projectId": "{project}", "taskIds": ["{task}"]},
    "/api/tasks/bulk": {"task_ids": ["{task}"], "changes": {"priority": "HIGH"}},
    "/api/tasks/{task}": TITLED,
    "/api/tasks/{task}/transition": {"status": "DONE"},
    "/api/tasks/{task}/transfer": {"project_id": "{second}"},
    "/api/tasks/{task}/relations": {"kind": "RELATES_TO", "task_id": "{other_task}"},
    "/api/tasks/{task}/dependencies": {"depends_on": "{other_task}"},
    "/api/tasks/{task}/comments": SAID,
    "/api/comments/task/{task}/comments": SAID,
    "/api/comments/{comment}": SAID,
    "/api/tasks/{task}/attachments": {"file_name": "Said", "size": 1, "comment_id": "{comment}"},
    "/api/files/{file}": "Said",
    "/api/notifications/read": {"all": True},
    "/api/notifications/preferences?workspace={workspace}": {
        "preferences": [{"kind": "COMMENTED", "channels": {"mail": False}}]
    },
    "/api/notifications/schedule": {"digest": "DAILY"},
    "/api/notifications/unread": {"ids": ["{notification}"]},
    "/api/notifications/{notification}": {"is_read": True},
    "/api/workspaces/{workspace}/report-schedules": {"what": "burndown"},
    "/api/workspaces/{workspace}/webhooks": {**NAMED, "url": "https://hooks.example.com/secret"},
    "/api/workspaces/{workspace}/webhooks/{webhook}": NAMED,
    "/api/workspaces/{workspace}/webhooks/{webhook}/replay": {"delivery_ids": ["{delivery}"]},
    "/api/workspaces/{workspace}/import-files": {"file_name": "new.csv", "size": 3},
    "/api/jobs": {"type": "echo", "payload": {"message": "Said"}},
    "/api/realtime/collaboration": {"project_id": "{project}", "event_type": "typing"},
}


def served() -> set[str]:
    """Every `METHOD /path/*` the server answers to, other tests' places left out."""
    return {
        f"{method} /{_starred(path)}"
        for path, view in routes(get_resolver().url_patterns)
        if not path.startswith(ELSEWHERE)
        for method in METHODS
        if answers(view, method)
    }


def declared() -> list[str]:
    return [f"{ask.method} {_starred(ask.path.partition('?')[0])}" for ask in ASKS]


def one_each(asks: list[Ask]) -> list[Ask]:
    """The first of the paths that lead to the same code, which cannot tell them apart."""
    found: dict[Any, Ask] = {}
    for ask in asks:
        found.setdefault(_code(ask), ask)
    return list(found.values())


def view_of(ask: Ask) -> Any:
    return _resolved(ask).func


def action_of(ask: Ask) -> str:
    return str(getattr(view_of(ask), "actions", {}).get(ask.method.lower()))


def _code(ask: Ask) -> tuple[Any, ...]:
    """What decides about it, and from which parts of the path."""
    view, named = view_of(ask), _resolved(ask).kwargs
    options = {name: kept for name, kept in view.initkwargs.items() if name not in LOOKS}
    return view.cls, action_of(ask), ask.method, ask.about, *sorted(named), repr(options)


def _resolved(ask: Ask) -> Any:
    return resolve(re.sub("{[^}]+}", "1", ask.path.partition("?")[0]))


def answers(view: Any, method: str) -> bool:
    """Whether the view of a route knows the method."""
    actions = getattr(view, "actions", None)
    return method.lower() in actions if actions else hasattr(view.cls, method.lower())


def _starred(path: str) -> str:
    return re.sub("<[^>]+>|{[^}]+}", "*", path)
