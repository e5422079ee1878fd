"""Which personal tokens may be given for a ticket, with which everything is read on a socket."""

import pytest

from identity.services.personal_tokens import create_token
from realtime.services.tickets import redeem_ticket
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("scopes", "is_given"), [(["write"], False), (["read", "write"], True)])
def test_a_token_that_may_not_read_gets_no_ticket(
    cast: Cast, scopes: list[str], *, is_given: bool
) -> None:
    _, text = create_token(actor=by(cast.lea), name="Robot", scopes=scopes)
    client = Client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    answer = client.ask("POST", "/api/realtime/ticket", status=201 if is_given else 403)
    if is_given:
        assert redeem_ticket(answer["data"]["ticket"])
    else:
        assert answer["code"] == "insufficient_scope"
        assert answer["required"] == "read"


def test_a_ticket_is_never_given_again(cast: Cast) -> None:
    lea, key = client_of(cast.lea), {"Idempotency-Key": "once"}
    first, again = (lea.post("/api/realtime/ticket", headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["code"] == "answer_not_kept"
