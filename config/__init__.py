"""The composition root: settings, entry points and the machinery that runs them."""
