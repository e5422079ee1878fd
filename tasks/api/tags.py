"""Tags of lists of tasks."""

from core.api.viewsets import ServiceViewSet
from core.days import today_in


class TaggedByDay(ServiceViewSet):
    """What is overdue changes with the person's day as well, so a list filtered by it has it."""

    def _list_tag(self, state: str) -> str:
        if "overdue" in self.request.query_params:
            state = f"{state} {today_in(self.actor.person.time_zone)}"
        return super()._list_tag(state)
