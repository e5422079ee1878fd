"""Every kind of mail, by its samples: what any of them has to be, and the page that shows them."""

import re
from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from outbox.mail.samples import Sample, all_samples
from outbox.mail.sending import encoded
from tests.support.linkifier import TAG
from tests.support.staff import sign_in_staff

SAMPLES = all_samples()
NAMES = [f"{sample.kind} {sample.title}".strip() for sample in SAMPLES]
CLASS = re.compile(r"<\w+[^>]* class=[^>]*>")
HREF = re.compile(r'href="([^"]*)"')
WORD = re.compile(r"[^\W_]{2,}")
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)


@every_sample
def test_both_parts_say_the_same(sample: Sample) -> None:
    """Words are compared: marks of Markdown and numbers of its lists stand in one part only."""
    mail = sample.draft().render()

    shown = TAG.sub(" ", STYLE.sub("", mail.html))

    written = re.sub(r"https?:\S+", "", mail.text)
    assert set(WORD.findall(written)) <= set(WORD.findall(shown))
    links = set(re.findall(r"https?://[^\s)]+", mail.text))
    assert links == set(HREF.findall(mail.html))


@every_sample
def test_styles_stand_in_attributes(sample: Sample) -> None:
    html = sample.draft().render().html

    assert [tag for tag in CLASS.findall(html) if " style=" not in tag] == []
    [sheet] = STYLE.findall(html)
    assert sheet.strip().startswith("@media")
    assert sheet.count("@media") == 2
    assert "prefers-color-scheme: dark" in sheet


@every_sample
def test_nothing_is_loaded_from_elsewhere(sample: Sample) -> None:
    """Pictures are blocked by many programs, tell who reads, and may vanish on dark screens."""
    html = sample.draft().render().html
    assert not re.search(r"<(img|link|script|iframe|object|svg)\b|\bsrc=|url\(|@import", html)


@every_sample
def test_a_mail_is_small_enough_to_be_shown_whole(sample: Sample) -> None:
    """Gmail cuts what is longer than 102 kB, styles included."""
    mail = sample.draft().render()
    parsed = message_from_bytes(encoded(mail, "<1@example.com>").content, policy=policy.default)
    assert len(mail.html.encode()) < 30_000
    assert parsed["Subject"] == mail.subject
    assert [part.get_content_type() for part in parsed.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_the_page_is_for_staff(client: Client, db: None) -> None:
    assert client.get(reverse("mail_kinds")).status_code == 302

    sign_in_staff(client, User.objects.create_user("ada@example.com", "correct horse"))
    assert client.get(reverse("mail_kinds")).status_code != 200

    staff = Client()
    sign_in_staff(staff, User.objects.create_superuser("root@example.com", "correct horse"))
    assert staff.get(reverse("mail_kinds")).status_code == 200


def test_in_development_the_page_is_for_everybody(client: Client, settings: Settings) -> None:
    settings.MAIL_SAMPLES_FOR_EVERYBODY = True

    page = client.get(reverse("mail_kinds"))
    one = client.get(reverse("mail_kinds"), {"kind": "task_due"})

    html = page.content.decode()
    assert page.status_code == 200
    assert html.count('<iframe sandbox=""') == html.count("<iframe") == 4 * len(SAMPLES)
    assert one.content.decode().count("<section>") == 1
    assert (
        "There is no such kind" in client.get(reverse("mail_kinds"), {"kind": "x"}).content.decode()
    )
    assert reverse("mail_kinds") in client.get("/", HTTP_ACCEPT="text/html").content.decode()


def test_in_production_the_front_page_does_not_lead_there(client: Client) -> None:
    page = client.get("/", HTTP_ACCEPT="text/html").content.decode()
    assert reverse("mail_kinds") not in page
