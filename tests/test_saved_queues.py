"""Queries that were kept as queues: one file each, never written twice."""

from pathlib import Path

import pytest

from agentdesk.config import Queue
from agentdesk.errors import Refused
from agentdesk.saved_queues import load_saved, save_queue


def test_a_kept_query_is_a_queue_in_a_file_of_its_own(tmp_path: Path) -> None:
    path = save_queue(tmp_path, 'VIP "返金"', 'tag:vip "a phrase" 返金')

    assert path.parent == tmp_path
    assert load_saved(tmp_path).queues == (Queue('VIP "返金"', 'VIP "返金"', 'tag:vip "a phrase" 返金'),)


def test_a_file_that_is_there_is_never_written_again(tmp_path: Path) -> None:
    path = save_queue(tmp_path, "vip", "tag:vip")
    before = path.read_text(encoding="utf-8")

    with pytest.raises(Refused, match="another name"):
        save_queue(tmp_path, "vip", "tag:gold")

    assert path.read_text(encoding="utf-8") == before


def test_a_name_never_leaves_the_folder(tmp_path: Path) -> None:
    path = save_queue(tmp_path / "queues", "../../etc/passwd", "tag:vip")

    assert path.parent == tmp_path / "queues"
    with pytest.raises(Refused):
        save_queue(tmp_path, "..", "tag:vip")


def test_a_broken_file_is_skipped_and_named(tmp_path: Path) -> None:
    save_queue(tmp_path, "vip", "tag:vip")
    (tmp_path / "broken.toml").write_text('[[queue]]\nname = "x"\nfilter = "waiting>banana"\n', encoding="utf-8")
    (tmp_path / "torn.toml").write_text("[[queue", encoding="utf-8")

    saved = load_saved(tmp_path)

    assert [queue.name for queue in saved.queues] == ["vip"]
    assert [problem.partition(" ")[0] for problem in saved.problems] == ["broken.toml:", "torn.toml"]
