"""One outer transaction per request: its effects, its events and its stored answer together."""

import time
from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.db import DatabaseError, OperationalError, transaction
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import idempotency
from core.api.errors import WORTH_RETRYING, sqlstate
from core.errors import TooManyRequests
from core.models import IdempotencyKey

ATTEMPTS = 3
PAUSE = 0.03
"""Seconds before a deadlock's victim runs again, times the attempt."""


class CountFirst(Exception):
    """Ends a transaction that has found out who asks, so that the attempt counts before it runs."""

    def __init__(self, count: Callable[[Any], None]) -> None:
        super().__init__()
        self.count = count


class OneTransaction(APIView):
    """A view whose whole request commits or vanishes; a deadlock's victim simply runs again.

    `attempts` names, for actions that are limited per person, the function that counts an attempt
    or refuses it. It runs, and commits, before the request's own transaction.
    """

    attempts: ClassVar[dict[str, Callable[[Any], None]]] = {}
    _claimed: IdempotencyKey | None = None
    _is_counted: bool = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self._http_request = request
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    return self._answer(request, *args, **kwargs)
            except CountFirst as attempt_made:
                return self._count(attempt_made.count, request, *args, **kwargs)
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
        # What the body was made of need not wait until a slow reader has it.
        response.data = None
        return response

    def _count(
        self, count: Callable[[Any], None], request: HttpRequest, *args: Any, **kwargs: Any
    ) -> Any:
        """Use up an attempt, then answer; an attempt too many is refused."""
        try:
            with transaction.atomic():
                count(self.request.user)
        except TooManyRequests as refusal:
            response = super().handle_exception(refusal)
            return self.finalize_response(self.request, response, *args, **kwargs)
        self._is_counted = True
        return self.dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method not in idempotency.SAFE:
            _ = self._http_request.body  # read once, so that a retry can read it again
        super().initial(request, *args, **kwargs)
        self._claimed = idempotency.claim(request)
        count = self.attempts.get(getattr(self, "action", ""))
        if count and not self._is_counted:
            raise CountFirst(count)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, idempotency.Replay):
            return exc.as_response()
        if isinstance(exc, CountFirst):
            raise exc
        if _is_worth_retrying(exc):
            raise exc
        return super().handle_exception(exc)


def _is_worth_retrying(error: Exception) -> bool:
    return isinstance(error, OperationalError) and sqlstate(error) in WORTH_RETRYING
