"""Files: names from outside are made safe, nothing is found half, and paths are read as people give them."""

from pathlib import Path

import pytest

from agentdesk.files import FileLimits, against, arriving, dropped_files, free_place, named_files, runs, safe_name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/", "file"),
        ("", "file"),
        ("..", "file"),
        (".bashrc", "bashrc"),
        ("CON", "file_CON"),
        ("com1.txt", "file_com1.txt"),
        ("LPT¹.log", "file_LPT¹.log"),
        ("a\x1b[31m.txt", "a_[31m.txt"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("zero\u200bwidth.txt", "zero_width.txt"),
        ("a:b*c?.txt", "a_b_c_.txt"),
        ("名前. ", "名前"),
        ("見積書（最終）.pdf", "見積書（最終）.pdf"),
        ("half\ud83d.txt", "half_.txt"),
    ],
)
def test_a_name_from_outside_is_made_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe


@pytest.mark.parametrize("letter", ["a", "語", "😀"])
def test_a_name_that_is_too_long_keeps_its_ending(letter: str, tmp_path: Path) -> None:
    name = safe_name(letter * 500 + ".pdf")

    (tmp_path / name).write_bytes(b"")

    assert name.endswith(f"{letter}.pdf")
    assert len(name.encode()) <= 200


def test_a_free_place_is_one_that_nobody_has(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"")
    (tmp_path / "a (2).pdf").symlink_to(tmp_path / "nowhere")

    assert free_place(tmp_path, "a.pdf") == tmp_path / "a (3).pdf"


def test_what_could_run_is_told_apart() -> None:
    names = ("a.EXE", "a.sh", "page.html", "drawing.svg", "book.xlsm", "x.exe . ", "a.pdf", "a.png", "a.xlsx")

    assert [runs(name) for name in names] == [True] * 6 + [False] * 3


def test_limits_are_said_in_words() -> None:
    limits = FileLimits(2048, takes_empty=False)

    assert against(limits, "acme", "a.pdf", 2048) is None
    assert against(limits, "acme", "a.pdf", 4096) == "a.pdf has 4 KB; acme takes files up to 2 KB."
    assert against(limits, "acme", "a.pdf", 0) == "a.pdf is empty; acme takes no empty files."


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    first, second = tmp_path / "見積書 最終.pdf", tmp_path / "it's (1).png"
    first.write_bytes(b"one")
    second.write_bytes(b"two")
    return first, second


def test_a_dropped_path_is_read_as_terminals_write_it(files: tuple[Path, Path]) -> None:
    first, second = files
    escaped = str(second).replace(" ", "\\ ").replace("'", "\\'").replace("(", "\\(").replace(")", "\\)")

    for text in (str(first), f"'{first}'", f'"{first}"', first.as_uri(), f"{first}\n", str(first).replace(" ", "\\ ")):
        assert dropped_files(text) == [first], text
    assert dropped_files(f"'{first}' {escaped} ") == [first, second]
    assert dropped_files(f"{first}\r\n{second.as_uri()}\r\n") == [first, second]


def test_words_are_no_dropped_files(files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _second = files
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("README").write_bytes(b"")

    for text in (
        "",
        "README",
        "~/README",
        "'~/README'",
        f"see {first}",
        f"{first} please",
        f"{first}\nand more",
        str(tmp_path),
        "\x00",
        "/" * 9999,
    ):
        assert dropped_files(text) == [], text


def test_typed_paths_may_stand_bare_or_in_quotes(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = files
    monkeypatch.setenv("HOME", str(first.parent))

    assert named_files(str(first)) == [first]
    assert named_files(f"~/{second.name}") == [second]
    assert named_files(f'"{first}" "{second}"') == [first, second]


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "a.pdf"

    def cut_off() -> None:
        with arriving(place) as file:
            file.write(b"half")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        cut_off()

    assert list(tmp_path.iterdir()) == []
    with arriving(place) as file:
        file.write(b"whole")
        assert not place.exists()
    assert place.read_bytes() == b"whole"


def test_a_file_overwrites_another_only_when_told_to(tmp_path: Path) -> None:
    place = tmp_path / "a.pdf"
    place.write_bytes(b"older")

    with pytest.raises(FileExistsError), arriving(place) as file:
        file.write(b"newer")
    assert place.read_bytes() == b"older"
    with arriving(place, overwrite=True) as file:
        file.write(b"newer")

    assert place.read_bytes() == b"newer"
    assert list(tmp_path.iterdir()) == [place]
