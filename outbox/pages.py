"""The page that shows a sample of every kind of mail: for staff, in development for everybody."""

from typing import NamedTuple

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from outbox.mail.headers import sender_line
from outbox.mail.samples import Sample, all_samples

DARK = "(prefers-color-scheme: dark)"
WIDTHS = (600, 320)
"""Pixels: a window of a mail program, and a small telephone."""


class Frame(NamedTuple):
    """One view of a mail; `media` is put where the mail asks whether the screen is dark."""

    width: int
    media: str
    page: str


def kinds_of_mail(request: HttpRequest) -> HttpResponse:
    """All samples, or those of `?kind=`; staff only, unless MAIL_SAMPLES_FOR_EVERYBODY."""
    page = _page if settings.MAIL_SAMPLES_FOR_EVERYBODY else admin.site.admin_view(_page)
    return page(request)


def _page(request: HttpRequest) -> HttpResponse:
    samples = all_samples()
    wanted = request.GET.get("kind") or ""
    shown = [_shown(sample) for sample in samples if wanted in {"", sample.kind}]
    kinds = dict.fromkeys(sample.kind for sample in samples)
    return render(request, "email/kinds.html", {"kinds": kinds, "wanted": wanted, "shown": shown})


def _shown(sample: Sample) -> dict[str, object]:
    """A sample as the template shows it.

    Its styles stay in their sheet, which looks the same in a browser: only workers load what
    copies them into attributes.
    """
    draft = sample.draft()
    html = draft.letter.as_html(is_inlined=False)
    frames = [
        Frame(width, media, html.replace(DARK, media))
        for width in WIDTHS
        for media in ("not all", "all")
    ]
    return {
        "sample": sample,
        "sender": sender_line(draft.sender),
        "draft": draft,
        "text": draft.letter.as_text(),
        "frames": frames,
    }


urlpatterns = [path("admin/mails/", kinds_of_mail, name="mail_kinds")]
