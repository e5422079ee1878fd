"""Django's admin app with our own site, which requires a second factor."""

from django.contrib.admin.apps import AdminConfig


class Admin(AdminConfig):
    default_site = "identity.services.staff.StaffSite"
