"""Maps of HTTP methods to viewset actions, for `as_view()` in every `urls.py`."""

from typing import Any

Verbs = dict[str, Any]

LIST: Verbs = {"get": "list"}
CREATE: Verbs = {"post": "create"}
CAN: Verbs = {"get": "can"}
DESTROY: Verbs = {"delete": "destroy"}
RESTORE: Verbs = {"post": "restore"}
MANY: Verbs = LIST | CREATE
EDIT: Verbs = {"get": "retrieve", "put": "update", "patch": "partial_update"}
ONE: Verbs = EDIT | DESTROY
