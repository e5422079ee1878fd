"""Django's admin app with our own site, which requires a second factor."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core.checks import CheckMessage, Tags, register


class Admin(SimpleAdminConfig):
    """`config.urls` loads the pages: the programs that serve none need neither them nor forms."""

    default_site = "identity.services.staff.StaffSite"

    def ready(self) -> None:
        register(check_dependencies, Tags.admin)
        register(check_pages, Tags.admin)


def check_pages(
    app_configs: Sequence[AppConfig] | None = None, **named: Any
) -> Sequence[CheckMessage]:
    admin.autodiscover()
    return check_admin_app(app_configs, **named)
