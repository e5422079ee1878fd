"""Signed-in devices; allauth's own page would search people by a username nobody has here."""

from allauth.usersessions.admin import UserSessionAdmin
from allauth.usersessions.models import UserSession
from django.contrib import admin
from unfold.admin import ModelAdmin

admin.site.unregister(UserSession)


@admin.register(UserSession)
class Sessions(UserSessionAdmin, ModelAdmin):
    search_fields = ("user__email", "ip")
    list_select_related = ("user",)
