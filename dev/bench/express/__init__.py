"""The list of tasks in Express and pg, for `bin/bench --express`, where Node is installed."""

import shutil
import subprocess

from config import env, local, processes
from dev.bench.bare_documents import PAGE

SOURCES = env.ROOT / "dev" / "bench" / "express"
PACKAGES = ("express@5", "pg@8")


def is_installed() -> bool:
    """Whether Node is there; then the packages are fetched into the folder of this run."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    folder = local.DATA_DIR / "node"
    folder.mkdir(exist_ok=True)
    shutil.copy(SOURCES / "server.js", folder)
    argv = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
    return subprocess.run([*argv, *PACKAGES], check=False).returncode == 0


def express_command(port: int) -> processes.Command:
    folder = local.DATA_DIR / "node"
    argv = ["node", str(folder / "server.js")]
    settings = {"PORT": str(port), "PAGE": PAGE.replace("%s", "$1")}
    return processes.Command("express", argv, env=settings, folder=folder)
