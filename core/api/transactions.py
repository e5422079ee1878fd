"""One transaction per request: its changes, its events and its stored answer commit together."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import idempotency
from core.api.actors import actor_of
from core.api.dispatch import QuickView
from core.api.dry_runs import check_dry_run, may_be_dry_run, roll_back
from core.api.errors import LOCK_NOT_AVAILABLE, WORTH_RETRYING, is_database_away, sqlstate
from core.api.forms import is_form
from core.api.idempotency import SAFE
from core.api.write_only import may_read, withhold_documents, withhold_facts
from core.dry_runs import dry_run, is_dry_run
from core.errors import Refusal
from core.lock_waits import RUN, Run, waiting
from core.models import IdempotencyKey
from core.transaction_ends import transaction_end

ATTEMPTS = 3
PAUSE = 0.03
"""Seconds before a request runs again after a deadlock, multiplied by the attempt."""


class OneTransaction(QuickView):
    """A view whose request is one transaction: committed, or rolled back if it is refused.

    After a deadlock or serialization failure the request runs again, up to ATTEMPTS times.
    Attempts of refused requests must stay counted, so `core.limits` uses another connection; what
    else must outlast a refusal is done afterwards (`core.transaction_ends`).
    """

    kept_answers: ClassVar[frozenset[str]] = frozenset()
    """Methods whose answers contain no secret, and are therefore stored for idempotency keys."""
    repeat_advice: ClassVar[str] = "Look at what is there now; to do it again, use a new key."
    """What a client should do if it repeats a request whose answer was not stored."""
    attempts: ClassVar[dict[str, Callable[[Any], None]]] = {}
    """By action: a function that counts an attempt of the actor, or raises TooManyRequests."""
    may_run_again: ClassVar[bool] = False
    """Whether the request may be rolled back and run again if a row it needs is locked.

    Only for views that count attempts by `attempts` or `count_once`, which do not count again.
    """
    has_dry_run: ClassVar[bool] = False
    """Whether `?dry_run=1` is known: for writes that only write to the database."""
    streams_forms: ClassVar[bool] = False
    """Whether forms are read from the request, not from memory; see `core.api.forms`."""
    _claimed: IdempotencyKey | None = None
    _may_read = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with transaction_end():
            response = self._run_in_transaction(request, *args, **kwargs)
        self.release(response)
        return response

    def _run_in_transaction(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self._http_request = request
        run = request.META.get(RUN) if self.may_run_again and request.method not in SAFE else None
        self._run: Run = run or Run(may_wait=True)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with waiting(allowed=self._run.may_wait), transaction.atomic():
                    return self._answer(request, *args, **kwargs)
            except DatabaseError as error:
                if attempt < ATTEMPTS and _is_worth_retrying(error):
                    time.sleep(PAUSE * attempt)
                    continue
                if self._must_run_again(error):
                    self._run.is_put_off = True
                    return HttpResponse(status=HTTPStatus.NO_CONTENT)
                if is_database_away(error):
                    raise  # the view may not be set up to render; middleware answers 503
                response = super().handle_exception(error)
                return self.finalize_response(self.request, response, *args, **kwargs)
        raise AssertionError

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self._claimed = None
        if may_be_dry_run(request):
            response = self._dry_run(request, *args, **kwargs)
        else:
            response = cast("Response", super().dispatch(request, *args, **kwargs))
        response.render()
        if response.exception:
            transaction.set_rollback(True)
        elif self._claimed:
            self._keep(self._claimed, response)
        return response

    def _dry_run(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        with dry_run() as events:
            response = cast("Response", super().dispatch(request, *args, **kwargs))
            if not response.exception:
                roll_back(response, events, may_read=self._may_read)
        return response

    def _keep(self, claimed: IdempotencyKey, response: Response) -> None:
        if not response.content:
            return idempotency.keep(claimed, response, [])
        conditions = self.replay_conditions()
        is_short = len(response.content) <= idempotency.MAX_BODY
        if is_short and self.request.method in self.kept_answers and conditions is not None:
            return idempotency.keep(claimed, response, conditions)
        return idempotency.keep_no_answer(claimed, response)

    def _replay(self, stored: IdempotencyKey) -> Response:
        self.check_replay(stored.conditions)
        if not stored.is_kept:
            raise idempotency.AnswerNotKept(self.repeat_advice)
        return idempotency.as_response(stored)

    def replay_conditions(self) -> list[Any] | None:
        """Conditions to store with the answer; None if it must never be repeated."""
        return []

    def check_replay(self, conditions: list[Any]) -> None:
        """Raise a refusal if the stored conditions do not hold any more."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        is_streamed = self.streams_forms and is_form(request)
        if request.method not in SAFE and not is_streamed:
            _ = self._http_request.body  # Django caches it, so that a retry can read it again
        super().initial(request, *args, **kwargs)
        self._may_read = may_read(request)
        check_dry_run(request, is_known=self.has_dry_run)
        self._claimed = None
        if is_dry_run():
            idempotency.key_of(request)  # a wrong one is refused, a right one not used up
        else:
            self._claimed = idempotency.claim(request, is_streamed=is_streamed)
        if count := self.attempts.get(getattr(self, "action", "")):
            self.count_once(lambda: count(actor_of(request)))

    def count_once(self, count: Callable[[], None]) -> None:
        """Count an attempt; not again if the request was rolled back and runs again."""
        if not self._run.is_counted:
            self._run.is_counted = True
            count()

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, idempotency.Replay):
            try:
                return self._replay(exc.stored)
            except (Refusal, APIException, ObjectDoesNotExist) as refusal:
                exc = refusal
        if _is_worth_retrying(exc) or self._must_run_again(exc):
            raise exc
        response = super().handle_exception(exc)
        if isinstance(exc, Refusal) and not self._may_read:
            withhold_facts(response, exc)
        return response

    def _must_run_again(self, error: Exception) -> bool:
        return not self._run.may_wait and sqlstate(error) == LOCK_NOT_AVAILABLE

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        if not self._may_read:
            withhold_documents(response)
        return super().finalize_response(request, response, *args, **kwargs)


def _is_worth_retrying(error: Exception) -> bool:
    return isinstance(error, OperationalError) and sqlstate(error) in WORTH_RETRYING
