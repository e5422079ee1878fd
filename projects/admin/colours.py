"""The badge colours of values in the admin; values not listed are grey."""

CATEGORY_COLOURS = {"TODO": "info", "IN_PROGRESS": "warning", "DONE": "success"}
PRIORITY_COLOURS = {"URGENT": "danger", "HIGH": "warning", "MEDIUM": "info"}
PROJECT_COLOURS = {
    "ACTIVE": "success",
    "IN_PROGRESS": "success",
    "ON_HOLD": "warning",
    "CANCELLED": "danger",
    "COMPLETED": "info",
}
