"""The queue that is shown, where the cache does not answer."""

from pathlib import Path

from .driver import opened_desk, tickets


async def test_a_cache_that_does_not_answer_is_told_and_the_list_stays(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, tickets(2)) as desk:
        desk.desk.store.db.execute("ALTER TABLE ticket RENAME TO away")
        desk.app.main.listing.refresh()
        await desk.app.main.listing.settled()
        await desk.pilot.pause()
        desk.sees("The cache did not answer", "Where is my parcel?")

        desk.desk.store.db.execute("ALTER TABLE away RENAME TO ticket")
        desk.app.main.listing.refresh()
        await desk.app.main.listing.settled()

        desk.sees("Where is my parcel?")
