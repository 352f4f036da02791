"""The configuration: read as written, and every mistake named by file and key with what is expected."""

from pathlib import Path

import pytest

from agentdesk.config import Badge, Config, load
from agentdesk.errors import ConfigError
from agentdesk.paths import folders

from .shell import Shell


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "config.toml") == Config()


def test_everything_a_user_can_set_is_read(tmp_path: Path) -> None:
    config = load(
        written(
            tmp_path,
            """
            language = "ja"
            theme = "light"
            account = "acme"
            undo_seconds = 30
            ambiguous_wide = true
            show_caret = true
            newest_first = true
            columns = ["wait", "subject"]

            [keys]
            "ctrl+j" = "ticket assign me"

            [[queue]]
            name = "vip"
            title = "お得意様"
            filter = "is:unsolved tag:vip"
            """,
        )
    )

    assert (config.language, config.theme, config.account, config.undo_seconds) == ("ja", "light", "acme", 30)
    assert config.ambiguous_wide
    assert config.show_caret
    assert config.newest_first
    assert config.columns == ("wait", "subject")
    assert config.keys == {"ctrl+j": "ticket assign me"}
    assert config.all_queues()[-1].title == "お得意様"


def test_the_mark_that_windows_editors_put_first_is_passed_over(tmp_path: Path) -> None:
    assert load(written(tmp_path, '\ufefflanguage = "ja"')).language == "ja"


def test_a_queue_with_a_shipped_name_takes_its_place(tmp_path: Path) -> None:
    config = load(written(tmp_path, '[[queue]]\nname = "mine"\nfilter = "tag:mine"'))

    assert [queue.filter for queue in config.all_queues() if queue.name == "mine"] == ["tag:mine"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("undo_second = 5", "unknown key 'undo_second'. Did you mean 'undo_seconds'?"),
        ("zzz = 5", "unknown key 'zzz'."),
        ('undo_seconds = "5"', "undo_seconds must be a whole number"),
        ("undo_seconds = true", "undo_seconds must be a whole number"),
        ("undo_seconds = 601", "undo_seconds must be one of: 0-600"),
        ("theme = 1", "theme must be text in quotation marks"),
        ("newest_first = 1", "newest_first must be true or false"),
        ('language = "de"', "language must be one of: en, ja"),
        ('columns = "wait"', "columns must be a list of names"),
        ('keys = "x"', '[keys] takes lines of the form "key" = "text"'),
        ("[keys]\nj = 1", '[keys] takes lines of the form "key" = "text"'),
        ("[queue]\nname = 'x'", "Queues are written as [[queue]] sections"),
        ("[[queue]]\nname = 'x'", "[[queue]] needs filter"),
        ("[[queue]]\nfilter = 'is:open'", "[[queue]] needs name"),
        ("[[queue]]\nname = 'x'\nfilter = 'is:open'\nfiltre = ''", "[[queue]] unknown key 'filtre'. Did you mean"),
        ("[[queue]]\nname = 'x'\nfilter = 'is:nonsense'", "[[queue]] x: filter: "),
        ("[[queue]]\nname = 'x'\nfilter = ''", "[[queue]] needs filter"),
        (2 * "[[queue]]\nname = 'x'\nfilter = 'status:open'\n", "[[queue]] x: there are two of that name"),
        ("language = ", "is not valid TOML"),
    ],
)
def test_a_mistake_names_the_file_the_key_and_what_is_expected(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(ConfigError) as error:
        load(path)

    assert str(error.value).startswith(str(path))
    assert said in str(error.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match=r"config\.toml cannot be read"):
        load(path)


def test_agentdesk_home_moves_everything(tmp_path: Path) -> None:
    own = folders({"AGENTDESK_HOME": str(tmp_path)})

    assert all(place.is_relative_to(tmp_path) for place in (own.config_file, own.database, own.logs, own.macros))


def test_the_shell_stops_at_a_broken_configuration(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    path = written(tmp_path / "config", "them = 'dark'")

    found = Shell(tmp_path)("ticket", "list")

    assert (found.code, found.out) == (1, "")
    assert str(path) in found.err
    assert "Did you mean 'theme'?" in found.err


def test_the_shell_speaks_the_configured_language(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    written(tmp_path / "config", "language = 'ja'")

    assert Shell(tmp_path)("ticket", "list").code == 0


ACCOUNTS = """
[account]
default = "shop"

[account.shop]
label = "Shop サポート"
short = "店"
colour = "accent"
signature = "The shop"
templates = "of the shop"

[account.shop.brand."Outlet"]
short = "OUT"
signature = "The outlet"
"""


def test_what_is_set_for_an_account_and_its_brands_is_read(tmp_path: Path) -> None:
    config = load(written(tmp_path, ACCOUNTS))

    assert config.account == "shop"
    assert config.badge("shop") == Badge("Shop サポート", "店", "accent")
    assert config.signature("shop") == config.signature("shop", "Main") == "The shop"
    assert config.template_folders("shop") == ("of the shop", "shop")


def test_a_brand_follows_its_account_where_nothing_is_set_for_it(tmp_path: Path) -> None:
    config = load(written(tmp_path, ACCOUNTS))

    assert config.badge("shop", "Outlet") == Badge("Outlet", "OUT", "accent")
    assert config.badge("shop", "Main") == Badge("Main", "Main", "accent")
    assert config.signature("shop", "Outlet") == "The outlet"


def test_an_account_without_settings_is_told_by_its_name() -> None:
    assert Config().badge("a-long-name") == Badge("a-long-name", "a-long-…")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[account]\nshop = 3", r"sections? \[account.NAME\]"),
        ("[account.shop]\nlable = 'x'", r"\[account.shop\] unknown key 'lable'. Did you mean 'label'"),
        ("[account.shop]\nlabel = 3", r"\[account.shop\] label must be text"),
        ("[account.shop]\ncolour = 'pink'", r"\[account.shop\] colour must be one of: plain"),
        ("[account.shop.brand.x]\nbrand = 'y'", r"\[account.shop.brand.x\] unknown key 'brand'"),
        ("[account.shop]\nbrand = 'y'", r"\[account.NAME.brand.BRAND\]"),
        ("[account]\ndefault = 3", "account.default must be text"),
    ],
)
def test_a_mistake_in_an_accounts_settings_is_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        load(written(tmp_path, text))
