"""Tables of the app: jobs, the files that are their results, and runs of functions."""

from jobs.models.files import ResultFile
from jobs.models.functions import UNENDED, FunctionFigures, FunctionRun, RunState, RunTrigger
from jobs.models.jobs import LONGEST_SENTENCE, LONGEST_TYPE, UNFINISHED, Job, JobState

__all__ = [
    "LONGEST_SENTENCE",
    "LONGEST_TYPE",
    "UNENDED",
    "UNFINISHED",
    "FunctionFigures",
    "FunctionRun",
    "Job",
    "JobState",
    "ResultFile",
    "RunState",
    "RunTrigger",
]
