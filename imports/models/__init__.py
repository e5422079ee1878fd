"""What is kept of imports: files, the rows of one that is read, and which task came from where."""

from imports.models.files import ImportFile, ImportFileState
from imports.models.staging import LONGEST_ID, LONGEST_SOURCE, ExternalReference, ImportRow

__all__ = [
    "LONGEST_ID",
    "LONGEST_SOURCE",
    "ExternalReference",
    "ImportFile",
    "ImportFileState",
    "ImportRow",
]
