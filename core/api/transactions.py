"""One outer transaction per request: its effects, its events and its stored answer together."""

import time
from typing import Any, cast

from django.db import DatabaseError, OperationalError, transaction
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import idempotency
from core.api.errors import WORTH_RETRYING, sqlstate
from core.models import IdempotencyKey

ATTEMPTS = 3
PAUSE = 0.03
"""Seconds before a deadlock's victim runs again, times the attempt."""


class OneTransaction(APIView):
    """A view whose whole request commits or vanishes; a deadlock's victim simply runs again."""

    _claimed: IdempotencyKey | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self._http_request = request
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    return self._answer(request, *args, **kwargs)
            except DatabaseError as error:
                if attempt < ATTEMPTS and _is_worth_retrying(error):
                    time.sleep(PAUSE * attempt)
                    continue
                response = super().handle_exception(error)
                return self.finalize_response(self.request, response, *args, **kwargs)
        raise AssertionError

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self._claimed = None
        response = cast("Response", super().dispatch(request, *args, **kwargs))
        response.render()
        if response.exception:
            transaction.set_rollback(True)
        elif self._claimed:
            idempotency.keep(self._claimed, response)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method not in idempotency.SAFE:
            _ = self._http_request.body  # read once, so that a retry can read it again
        super().initial(request, *args, **kwargs)
        self._claimed = idempotency.claim(request)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, idempotency.Replay):
            return exc.as_response()
        if _is_worth_retrying(exc):
            raise exc
        return super().handle_exception(exc)


def _is_worth_retrying(error: Exception) -> bool:
    return isinstance(error, OperationalError) and sqlstate(error) in WORTH_RETRYING
