"""The mail that brings an invitation."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from outbox.models import Delivery
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast, client_of, person
from tests.support.sink import Sink, part
from tests.workspaces.inviting import invite, token_of
from workspaces.models import Invitation
from workspaces.services.invitations import resend_invitation

pytestmark = pytest.mark.usefixtures("sink")


def test_the_mail_holds_the_link(cast: Cast, sink: Sink, settings: Settings) -> None:
    settings.FRONTEND_URL = "https://app.example.com"
    invitation = invite(cast, role="PM", message="Join us")

    [delivery] = send_all()

    [mail] = sink.mails
    link = f"https://app.example.com/invitations/{token_of(invitation)}"
    assert (mail["To"], mail["Subject"]) == (
        "sam@example.com",
        "Ada invites you to Analytical Engines",
    )
    for text in (part(mail, "plain"), part(mail, "html")):
        assert link in text
        assert "Join us" in text
        assert "PM" in text
    assert delivery.state == "SENT"


def test_the_mail_tells_no_address_of_who_has_no_name(cast: Cast, sink: Sink) -> None:
    cast.ada.name = ""
    cast.ada.save()
    invite(cast)

    send_all()

    [mail] = sink.mails
    assert mail["Subject"] == "You are invited to Analytical Engines"
    for kind in ("plain", "html"):
        assert "You are invited to the workspace" in part(mail, kind)
        assert "ada@example.com" not in part(mail, kind)


def test_what_people_wrote_stays_text(cast: Cast, sink: Sink) -> None:
    cast.workspace.name = "<b>Bold</b>\r\nBcc: all@example.com"
    cast.workspace.save()
    cast.ada.name = "Ada\r\nBcc: all@example.com"
    cast.ada.save()
    invite(cast, message="<script>alert(1)</script>\n\nhi")

    send_all()

    [mail] = sink.mails
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    html = part(mail, "html")
    assert "<script>" not in html
    assert "<b>Bold" not in html
    assert "&lt;script&gt;" in html


def test_the_secret_is_kept_nowhere(cast: Cast) -> None:
    invitation = invite(cast)
    token = token_of(invitation)
    send_all()
    delivery = Delivery.objects.get(kind="invitation")
    kept = f"{delivery.mail.text}{delivery.mail.html}{delivery.mail.subject}{delivery.payload}"
    assert token not in kept
    assert "/invitations/•••••" in delivery.mail.text
    assert token not in str(Invitation.objects.values().get())


def test_the_link_does_not_come_from_the_request(cast: Cast, sink: Sink) -> None:
    path = f"/api/workspaces/{cast.workspace.pk}/invitations"
    evil = {
        "Host": "testserver",
        "Origin": "https://evil.example",
        "X-Forwarded-Host": "evil.example",
    }
    client_of(cast.ada).ask("POST", path, {"email": "new@example.com"}, status=201, **evil)
    send_all()
    assert "evil" not in str(sink.mails[0])


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"status": "REVOKED"}, "the invitation is revoked"),
        ({"status": "ACCEPTED"}, "the invitation is accepted"),
        ({"expires_at": timezone.now()}, "the invitation is expired"),
        ({"token_hash": "0" * 64}, "another link was sent since"),
    ],
)
def test_a_dead_invitation_is_not_sent(
    cast: Cast, sink: Sink, facts: dict[str, Any], reason: str
) -> None:
    invite(cast)
    Invitation.objects.update(**facts)
    [delivery] = send_all()
    assert (delivery.state, delivery.reason, sink.mails) == ("SKIPPED", reason, [])


def test_nothing_is_sent_into_a_deleted_workspace(cast: Cast, sink: Sink) -> None:
    invite(cast)
    client_of(cast.ada).ask("DELETE", f"/api/workspaces/{cast.workspace.pk}", status=204)
    assert [delivery.reason for delivery in send_all()] == ["the workspace was deleted"]
    assert sink.mails == []


def test_only_the_latest_link_is_sent(cast: Cast, sink: Sink) -> None:
    invitation = invite(cast)
    resend_invitation(actor=by(cast.pia), invitation=invitation)
    states = sorted(delivery.state for delivery in send_all())
    assert states == ["SENT", "SKIPPED"]
    [mail] = sink.mails
    assert token_of(invitation) in part(mail, "plain")


def test_a_mail_sealed_with_a_former_key_is_not_sent(cast: Cast, settings: Settings) -> None:
    invite(cast)
    settings.SECRET_KEY = "another one, which is long enough to be taken"
    assert [delivery.reason for delivery in send_all()] == ["sealed with a former SECRET_KEY"]


def test_known_and_unknown_addresses_get_the_same_mail(cast: Cast, sink: Sink) -> None:
    known = person("zoe").email
    for email in (known, "new@example.com"):
        invite(cast, email)
    send_all()
    told = [part(mail, "plain").split("Accept")[0] for mail in sink.mails]
    assert len(told) == 2
    assert told[0] == told[1]
