"""Stands for a library that only development has, and that structlog loads where it is found.

Servers of the benchmark find this one first, so that their memory is that of production.
"""

raise ImportError
