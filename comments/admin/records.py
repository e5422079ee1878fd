"""Admin pages of reactions, mentions and former texts of comments; read only."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from comments.models import Mention, Reaction, Revision
from core.admin.inlines import ReadOnlyInline
from core.admin.records import ReadOnly


class Revisions(ReadOnlyInline):
    model = Revision
    fk_name = "comment"
    fields = ("created_at", "author", "content")
    readonly_fields = fields
    select_related = ("author",)
    ordering = ("created_at",)
    verbose_name = "text"


class OfPeople(ReadOnlyInline):
    fk_name = "comment"
    select_related = ("user",)
    ordering = ("created_at",)


class Reactions(OfPeople):
    model = Reaction
    fields = ("emoji", "user", "created_at")
    readonly_fields = fields


class Mentions(OfPeople):
    model = Mention
    fields = ("user", "created_at")
    readonly_fields = fields


@admin.register(Revision)
class RevisionPages(ReadOnly):
    """Texts of edited comments; empty once erased."""

    list_display = ("comment", "author", "created_at")
    list_filter = (("workspace", AutocompleteSelectFilter), ("author", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("comment", "author")
    search_fields = ("=comment__id", "author__email")
    search_help_text = "The id of a comment, or an address"
    ordering = ("-created_at",)
    date_hierarchy = "created_at"


@admin.register(Reaction)
class ReactionPages(ReadOnly):
    list_display = ("emoji", "user", "comment", "created_at")
    list_filter = ("emoji", ("workspace", AutocompleteSelectFilter))
    list_filter_submit = True
    list_select_related = ("comment", "user")
    search_fields = ("=comment__id", "user__email")
    search_help_text = "The id of a comment, or an address"
    ordering = ("-created_at",)


@admin.register(Mention)
class MentionPages(ReadOnly):
    list_display = ("user", "comment", "created_at")
    list_filter = (("workspace", AutocompleteSelectFilter),)
    list_filter_submit = True
    list_select_related = ("comment", "user")
    search_fields = ("=comment__id", "user__email")
    search_help_text = "The id of a comment, or an address"
    ordering = ("-created_at",)
