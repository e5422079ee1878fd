"""Which value is shown in which colour; any other stays grey."""

CATEGORY_COLOURS = {"TODO": "info", "IN_PROGRESS": "warning", "DONE": "success"}
PRIORITY_COLOURS = {"URGENT": "danger", "HIGH": "warning", "MEDIUM": "info"}
PROJECT_COLOURS = {
    "ACTIVE": "success",
    "IN_PROGRESS": "success",
    "ON_HOLD": "warning",
    "CANCELLED": "danger",
    "COMPLETED": "info",
}
