"""Personal access tokens: keys people hand to their programs."""
