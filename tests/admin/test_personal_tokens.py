"""Personal tokens in the admin: seen without their text, and revoked."""

from accounts.models import User
from identity.models import PersonalToken
from identity.services.personal_tokens import create_token
from tests.admin.desk import Desk, page_of
from tests.support.actors import by
from tests.support.log import log_of


def test_staff_revoke_a_token(desk: Desk, root: User, ada: User) -> None:
    token, text = create_token(actor=by(ada), name="CI", scopes=["read"])

    page = desk.get(page_of(token))
    desk.act("revoke", token)

    assert text not in page.content.decode()
    assert PersonalToken.objects.get().revoked_at is not None
    assert "token_revoked" in [action for action, *_ in log_of(ada)]
