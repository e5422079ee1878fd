"""Real programs whose wall clock is wrong, by a small library that is loaded before the others."""

import shutil
import subprocess
from pathlib import Path

import pytest

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long offset(void) {
    const char *seconds = getenv("CLOCK_OFFSET");
    return seconds ? atol(seconds) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *out) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, out);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        out->tv_sec += offset();
    return result;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    int (*real)(struct timeval *, void *) = dlsym(RTLD_NEXT, "gettimeofday");
    int result = real(out, zone);
    if (result == 0)
        out->tv_sec += offset();
    return result;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}
"""
"""The wall clock only: with a wrong monotonic clock as well, `time.sleep` would not end."""


def moved_clock(folder: Path, seconds: int) -> dict[str, str]:
    """The variables that put the wall clock of a program forward, or back, by so many seconds."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("There is no C compiler: apt-get install gcc libc6-dev")
    library = folder / "clock.so"
    if not library.exists():
        source = folder / "clock.c"
        source.write_text(SOURCE)
        arguments = ["-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
        subprocess.run([compiler, *arguments], check=True)
    return {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(seconds)}
