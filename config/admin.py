"""Django's admin, behind our own door."""

from django.contrib.admin.apps import AdminConfig


class Admin(AdminConfig):
    default_site = "identity.services.staff.StaffSite"
