"""How a request says who takes over from somebody who leaves: in the body, or in the query."""

from accounts.models import User
from core.api.fields import Input, Visible
from core.api.viewsets import ServiceViewSet
from core.errors import Invalid
from workspaces.reassignment import TO_LEAD, Handover, handover_to

FIELD = "reassign_to"


class Reassignment(Input):
    """Who takes over the open tasks: a member of each project with some, by id; null for nobody.

    Left out, the lead of each project takes over. Clients and proxies that send no body with
    DELETE say the same in the query, where an empty value means nobody.
    """

    reassign_to = Visible(
        User,
        required=False,
        allow_null=True,
        help_text="Whose the open tasks become: a member's id; null or empty for nobody's; left"
        " out, those of each project's lead. In the body or in the query.",
    )


def read_handover(view: ServiceViewSet) -> Handover:
    """What body and query ask for; both may, if they ask for the same."""
    query = Reassignment(data=view.request.query_params, context={"actor": view.actor})
    query.is_valid(raise_exception=True)
    asked = [said[FIELD] for said in (view.read_input(), query.validated_data) if FIELD in said]
    if not asked:
        return TO_LEAD
    if len(set(asked)) > 1:
        raise Invalid(errors={FIELD: ["Named twice, and not the same."]})
    return handover_to(asked[0])
