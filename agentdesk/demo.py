"""The demo: a desk of its own folder, on the embedded helpdesk in this process, full of living data.

The helpdesk is reached through the real Zendesk provider, so that the demo runs the code of real life. It lives while
the desk is open, in the sync's thread, and is kept between starts.
"""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Literal, cast

from agentdesk.config import Config
from agentdesk.desk import Desk, speak, utc_now
from agentdesk.errors import StoreError
from agentdesk.i18n import _, active
from agentdesk.paths import Folders, demo_folders, private_file
from agentdesk.providers.base import Provider
from agentdesk.store.desktop import PREPARING, Account, Weather
from agentdesk.store.store import opened

ACCOUNT = "demo"
URL = "http://127.0.0.1"
"""Never called: the provider reaches the helpdesk inside this process."""
Lang = Literal["ja", "en", "both"]
HAPPENS_EVERY_SECONDS = 15.0
EXPORT_LAG = timedelta(seconds=1)


def prepare(own: Folders, config: Config, *, lang: str | None, tickets: int, seed: int, fresh: bool) -> Desk:
    """The demo's desk, its account in place; `fresh` forgets what earlier demos left."""
    places = demo_folders(own)
    if fresh:
        _forget(places.data)
    if lang in ("ja", "en"):
        config = replace(config, language=lang)
        speak(config)
    desk = Desk(places, config, providers=lambda: providers(places, cast(Lang, lang), tickets, seed))
    desk.store.desktop.put_account(Account(ACCOUNT, "zendesk", URL, "", "demo"))
    return desk


def _forget(data: Path) -> None:
    """Remove what earlier demos left; raises `StoreError` where a file cannot go, as on Windows while one is open."""
    try:
        if data.exists():
            shutil.rmtree(data)
    except OSError as error:
        raise StoreError(
            _("The demo's data cannot be removed: {reason}. Is a demo still open?", reason=str(error))
        ) from error


@contextlib.asynccontextmanager
async def providers(places: Folders, lang: Lang | None, tickets: int, seed: int) -> AsyncIterator[Sequence[Provider]]:
    """The one provider of the demo, with its helpdesk alive behind it."""
    from agentdesk.providers.http import in_process  # late: none of this is needed for the first paint
    from agentdesk.providers.zendesk import Zendesk
    from agentdesk.sandbox import seed as seeds
    from agentdesk.sandbox.app import create_app
    from agentdesk.sandbox.limits import unlimited
    from agentdesk.sandbox.living import run_living
    from agentdesk.sandbox.serve import fill
    from agentdesk.sandbox.state import Helpdesk

    spoken: Lang = lang or cast(Lang, active().code)
    helpdesk = Helpdesk(private_file(places.data / "helpdesk.db"), export_lag=EXPORT_LAG)
    try:
        _announce(places.database)
        fill(helpdesk, tickets=tickets, seed=seed, lang=spoken)
        signed = helpdesk.credentials()
        app = create_app(helpdesk, limits=unlimited())
        provider = Zendesk(ACCOUNT, URL, Zendesk.credentials(signed.user, signed.token), transport=in_process(app))
        living = asyncio.create_task(run_living(helpdesk, seeds.Living(seed, spoken), HAPPENS_EVERY_SECONDS))
        try:
            yield (provider,)
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)
            await provider.close()
    finally:
        helpdesk.close()


def _announce(database: Path) -> None:
    """Say what is going on before the first sync can; later starts have nothing to prepare."""
    with opened(database) as store:
        if store.desktop.weather(ACCOUNT) is None:
            store.desktop.report(Weather(ACCOUNT, "fresh", utc_now(), phase=PREPARING))
