"""The way out of a workspace nobody asked to be in, and the limit on its mail until then."""
