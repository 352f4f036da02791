"""A program for the tests: keeps one account in step with a served helpdesk until it is killed.

Arguments: the cache, the helpdesk's address, user and token. It says `ready` on its standard output when it runs.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from agentdesk.providers.zendesk import Zendesk
from agentdesk.sync.disk import StoreThread
from agentdesk.sync.engine import Engine
from agentdesk.sync.loop import Loop


async def main(path: str, url: str, user: str, token: str) -> None:
    provider = Zendesk("acme", url, Zendesk.credentials(user, token))
    loop = Loop(Engine(provider, StoreThread(Path(path)), lambda: datetime.now(UTC)))
    print("ready", flush=True)
    await loop.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
