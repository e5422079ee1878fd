"""Who has opened a workspace, and who wants no mail from it."""

import core.models
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models.functions import Now

from core.tenancy import TenantPolicy

# What was found is told beside the result as well, because a request is opened by one query.
WORKSPACES_OF = """
CREATE OR REPLACE FUNCTION workspaces_of(person uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    former text := current_setting('gantry.system', true);
    found uuid[];
    unopened uuid[];
BEGIN
    PERFORM set_config('gantry.system', 'workspaces of a person', true);
    SELECT coalesce(array_agg(workspace_id), '{}'),
        array_agg(workspace_id) FILTER (WHERE opened_at IS NULL)
    INTO found, unopened FROM workspaces_membership WHERE user_id = person;
    PERFORM set_config('gantry.system', coalesce(former, ''), true);
    PERFORM set_config('gantry.unopened', coalesce(unopened::text, ''), true);
    RETURN found;
END
$$;
"""
UNDO = """
CREATE OR REPLACE FUNCTION workspaces_of(person uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    former text := current_setting('gantry.system', true);
    found uuid[];
BEGIN
    PERFORM set_config('gantry.system', 'workspaces of a person', true);
    found := ARRAY(SELECT workspace_id FROM workspaces_membership WHERE user_id = person);
    PERFORM set_config('gantry.system', coalesce(former, ''), true);
    RETURN found;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0007_ownership_is_offered"),
    ]

    operations = [
        # Everybody who is in today is taken to have opened the workspace.
        migrations.AddField(
            model_name="membership",
            name="opened_at",
            field=models.DateTimeField(editable=False, null=True, db_default=Now()),
        ),
        migrations.AlterField(
            model_name="membership",
            name="opened_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(WORKSPACES_OF, UNDO),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=core.models.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("recipient_id", models.UUIDField(editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("DECLINED", "Declined"), ("MUTED", "Muted")], max_length=8
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "recipient_id"), name="one_opt_out_per_recipient"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(kind__in=["DECLINED", "MUTED"]),
                        name="opt_out_kind_known",
                    ),
                ],
            },
        ),
        TenantPolicy("workspaces_optout"),
    ]
