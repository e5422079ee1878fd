"""Mails per second of relay and worker together, against a local server with a fixed delay."""

import asyncio
import os
import sys
import time
from uuid import uuid4
