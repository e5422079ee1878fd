"""`bin/bench`: the server's speed, compared with a bare and a naive one for the same tasks."""
