"""Who may ask what of which object: all of it, generated from the routes of the server."""
