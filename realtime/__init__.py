"""Events as they happen: WebSockets, streams, presence and collaboration."""
