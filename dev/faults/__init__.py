"""`bin/faults`: clients and writers on a server whose parts are killed while they are at work."""
