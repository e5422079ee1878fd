"""How a request names who takes over the open tasks of a removed member: body or query."""

from accounts.models import User
from core.api.fields import Input, Visible
from core.api.viewsets import ServiceViewSet
from core.errors import Invalid
from workspaces.reassignment import TO_LEAD, Handover, handover_to

FIELD = "reassign_to"


class Reassignment(Input):
    """Who takes over the open tasks: the id of a member of each project with such tasks, or null.

    Without the key, each project's lead takes over; with null, nobody. Clients that cannot send
    a body with DELETE use the query parameter, where an empty value means null.
    """

    reassign_to = Visible(
        User,
        required=False,
        allow_null=True,
        help_text="Whose the open tasks become: a member's id; null or empty for nobody's; left"
        " out, those of each project's lead. In the body or in the query.",
    )


def read_handover(view: ServiceViewSet) -> Handover:
    """The handover named in body or query; Invalid if both name one and they differ."""
    query = Reassignment(data=view.request.query_params, context={"actor": view.actor})
    query.is_valid(raise_exception=True)
    asked = [said[FIELD] for said in (view.read_input(), query.validated_data) if FIELD in said]
    if not asked:
        return TO_LEAD
    if len(set(asked)) > 1:
        raise Invalid(errors={FIELD: ["Named twice, and not the same."]})
    return handover_to(asked[0])
