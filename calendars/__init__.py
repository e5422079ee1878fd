"""Due dates as calendar feeds."""
