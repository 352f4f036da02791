"""The way to the first paint: what must not be imported on it."""

import os
import subprocess
import sys
from pathlib import Path

LATE = (
    *("httpx", "keyring", "markdown_it", "sqlite_utils", "starlette", "uvicorn", "click", "html.parser", "babel"),
    *("urllib.request", "http.client", "email"),
)
OPENING = """
import asyncio, sys
import agentdesk.__main__
from agentdesk.config import Config
from agentdesk.desk import Desk
from agentdesk.paths import folders
from agentdesk.ui.app import AgentDesk

class Opening(AgentDesk):
    async def _furnish(self):
        print(*(name for name in {late!r} if name in sys.modules), file=sys.__stdout__)
        self.exit()

async def main():
    desk = Desk(folders(), Config())
    app = Opening(desk, syncs=False)
    await app.run_async(headless=True)
    app.background.close()
    await desk.close()

asyncio.run(main())
"""


def test_the_first_paint_waits_for_no_network_keyring_or_markdown(tmp_path: Path) -> None:
    environment = {**os.environ, "AGENTDESK_HOME": str(tmp_path)}
    program = [sys.executable, "-c", OPENING.format(late=LATE)]
    subprocess.run(program, env=environment, capture_output=True, check=True)  # makes the cache with sqlite-utils

    opened = subprocess.run(program, env=environment, capture_output=True, check=True, text=True)

    assert opened.stdout.split() == []
