"""`bin/fuzz`: generated requests to a running server, checked against its OpenAPI document."""
