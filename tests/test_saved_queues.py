"""Queries that were kept as queues, each in a file of its own."""

from pathlib import Path

import pytest

from agentdesk.config import Queue
from agentdesk.errors import Refused
from agentdesk.saved_queues import change_queue, delete_queue, load_saved, rename_queue, save_queue, stamp


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
    assert [problem.partition(" ")[0] for problem in saved.problems] == ["broken.toml:3:", "torn.toml"]


def test_each_wrong_queue_is_named_with_its_line_and_the_others_stay(tmp_path: Path) -> None:
    lines = ["# mine", "[[queue]]", 'name = "a"', 'filter = "tag:vip"', "", "[[queue]]", 'filter = "tag:x"']
    (tmp_path / "two.toml").write_text("\n".join(lines), encoding="utf-8")

    saved = load_saved(tmp_path)

    assert [queue.name for queue in saved.queues] == ["a"]
    assert [problem.partition(" ")[0] for problem in saved.problems] == ["two.toml:7:"]


def test_a_saved_queue_shows_another_query_under_its_name(tmp_path: Path) -> None:
    path = save_queue(tmp_path, "Big ones", "tag:big")

    assert change_queue(tmp_path, "Big ones", 'customer:"Dana Fox"') == path
    assert load_saved(tmp_path).queues == (Queue("Big ones", "Big ones", 'customer:"Dana Fox"'),)


def test_a_saved_queue_is_called_otherwise(tmp_path: Path) -> None:
    save_queue(tmp_path, "vip", "tag:vip")

    rename_queue(tmp_path, "vip", "大切なお客様")

    assert load_saved(tmp_path).queues == (Queue("大切なお客様", "大切なお客様", "tag:vip"),)


def test_a_name_that_is_taken_keeps_both_queues(tmp_path: Path) -> None:
    save_queue(tmp_path, "vip", "tag:vip")
    save_queue(tmp_path, "gold", "tag:gold")

    with pytest.raises(Refused, match="another name"):
        rename_queue(tmp_path, "vip", "gold")

    assert len(load_saved(tmp_path).queues) == 2


def test_a_name_for_the_same_file_is_written_into_it(tmp_path: Path) -> None:
    path = save_queue(tmp_path, "vip: x", "tag:vip")

    assert rename_queue(tmp_path, "vip: x", "vip/  x") == path
    assert load_saved(tmp_path).queues == (Queue("vip/ x", "vip/ x", "tag:vip"),)


def test_a_file_that_cannot_go_keeps_the_queue_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_queue(tmp_path, "vip", "tag:vip")
    unlink = Path.unlink

    def in_use(path: Path, missing_ok: bool = False) -> None:
        if path.name == "vip.toml":
            raise OSError(16, "in use")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", in_use)

    with pytest.raises(Refused, match="in use"):
        rename_queue(tmp_path, "vip", "gold")

    assert [queue.name for queue in load_saved(tmp_path).queues] == ["vip"]


def test_a_file_that_was_edited_by_hand_is_left_as_it_is(tmp_path: Path) -> None:
    path = save_queue(tmp_path, "vip", "tag:vip")
    path.write_text("# for the morning\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    before = path.read_text(encoding="utf-8")

    with pytest.raises(Refused, match="by hand"):
        change_queue(tmp_path, "vip", "tag:gold")
    with pytest.raises(Refused, match="by hand"):
        rename_queue(tmp_path, "vip", "gold")

    assert path.read_text(encoding="utf-8") == before


def test_a_deleted_queue_takes_no_other_one_with_it(tmp_path: Path) -> None:
    save_queue(tmp_path, "vip", "tag:vip")
    (tmp_path / "two.toml").write_text(
        '[[queue]]\nname = "a"\nfilter = "tag:a"\n[[queue]]\nname = "b"\nfilter = "tag:b"\n', encoding="utf-8"
    )

    assert delete_queue(tmp_path, "vip").filter == "tag:vip"
    with pytest.raises(Refused, match="other queues"):
        delete_queue(tmp_path, "a")
    with pytest.raises(Refused, match="no queue that was saved"):
        delete_queue(tmp_path, "waiting")


def test_a_file_that_goes_while_it_is_looked_at_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")

    assert stamp(tmp_path) == (("gone.toml", 0),)
