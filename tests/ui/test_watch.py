"""The watch, where the cache does not answer."""

from pathlib import Path

from agentdesk.ui.background import Background
from agentdesk.ui.watch import Watch

from .driver import opened_desk, tickets


async def test_counts_that_cannot_be_read_are_told_and_read_again_later(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2)) as desk:
        watch = Watch(desk.desk, desk.app.main, Background(desk.desk.folders.database))
        desk.desk.store.db.execute("ALTER TABLE ticket RENAME TO away")
        watch.count()
        await watch.settled()
        await desk.pilot.pause()
        desk.sees("The cache did not answer")

        desk.desk.store.db.execute("ALTER TABLE away RENAME TO ticket")
        watch.count()
        await watch.settled()

        assert watch._has_counted
        watch._background.close()
