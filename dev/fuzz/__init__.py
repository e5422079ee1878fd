"""Generated requests against a running server, judged by its own OpenAPI document: `bin/fuzz`."""
