"""Dashboards: numbers of projects and workspaces, kept as tasks change, and charts of them."""
