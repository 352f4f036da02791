"""Accounts on the screen: a new one is set up one question at a time, and those there are can be looked after."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from keyring.backends import fail

from agentdesk.sandbox.state import Helpdesk
from tests.safes import Safe, in_use
from tests.sandbox.served import serving

from .driver import NARROW, WIDE, DeskDriver, opened_desk

WRONG = "not-the-t0ken"


@pytest.fixture
def safe() -> Iterator[Safe]:
    with in_use(Safe()) as safe:
        yield safe


@pytest.fixture
def helpdesk() -> Iterator[tuple[Helpdesk, str]]:
    helpdesk = Helpdesk()
    helpdesk.admin()
    with serving(helpdesk) as port:
        yield helpdesk, f"http://127.0.0.1:{port}"
    helpdesk.close()


async def asked(driver: DeskDriver, question: str) -> None:
    """Wait until this is what the person is asked."""
    for _try in range(400):
        await driver.pilot.pause()
        if question in driver.text:
            return
        await asyncio.sleep(0.025)
    driver.sees(question)


async def answers(driver: DeskDriver, question: str, answer: str) -> None:
    await asked(driver, question)
    await driver.pilot.press("ctrl+u", *answer, "enter")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_an_account_is_set_up_with_every_step_tried(
    tmp_path: Path, safe: Safe, helpdesk: tuple[Helpdesk, str], size: tuple[int, int]
) -> None:
    desk, url = helpdesk
    signed = desk.credentials()
    async with opened_desk(tmp_path, size=size) as driver:
        await driver.runs("account add")
        await answers(driver, "Address of the helpdesk", "http://127.0.0.1:9")
        await asked(driver, "cannot be reached")
        await answers(driver, "Address of the helpdesk", url)
        await answers(driver, "A short name", "shop")
        await answers(driver, "How do you want to sign in?", "2")
        await answers(driver, "Your e-mail address", signed.user)
        await answers(driver, "Token (it is not shown)", WRONG)
        await asked(driver, "does not know these")
        assert WRONG not in driver.text
        await answers(driver, "Enter tries again", "")
        await answers(driver, "How do you want to sign in?", "2")
        await answers(driver, "Your e-mail address", signed.user)
        await asked(driver, "Token (it is not shown)")
        await driver.pilot.press(*signed.token[:5])
        driver.sees_not(signed.token[:5])
        await driver.pilot.press(*signed.token[5:], "enter")
        await asked(driver, "shop is ready")
        await asked(driver, "exactly-once")

        await driver.press("enter")

        assert [one.name for one in driver.desk.accounts()] == ["acme", "shop"]
        assert list(safe.kept.values()) == [signed.token]
        assert driver.app.screen is driver.app.main


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_desk_without_an_account_offers_to_add_one(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened_desk(tmp_path, size=size, is_new=True) as driver:
        await asked(driver, "Welcome. This desk has no account yet.")
        driver.sees("Add an account", "Look around in the demo")

        await driver.press("enter")

        await asked(driver, "Address of the helpdesk")


async def test_a_desk_without_an_account_leads_to_the_demo(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, size=NARROW, is_new=True) as driver:
        await asked(driver, "Welcome. This desk has no account yet.")

        await driver.press("down", "enter")

        assert driver.app.wants_demo


async def test_leaving_keeps_nothing(tmp_path: Path, safe: Safe, helpdesk: tuple[Helpdesk, str]) -> None:
    async with opened_desk(tmp_path, size=NARROW) as driver:
        await driver.runs("account add")
        await answers(driver, "Address of the helpdesk", helpdesk[1])
        await asked(driver, "A short name")

        await driver.press("escape")

        assert driver.app.screen is driver.app.main
        assert (len(driver.desk.accounts()), safe.kept) == (1, {})


async def test_without_a_keyring_the_screen_says_what_to_do_in_japanese_too(
    tmp_path: Path, helpdesk: tuple[Helpdesk, str]
) -> None:
    with in_use(fail.Keyring()):  # type: ignore[no-untyped-call]  # keyring annotates no constructors
        async with opened_desk(tmp_path, size=NARROW, language="ja") as driver:
            await driver.runs("account add")
            await driver.pilot.press(*helpdesk[1], "enter")
            await asked(driver, "zendesk")
            await driver.pilot.press("enter")
            await asked(driver, "キーリング")


async def test_accounts_are_listed_renamed_and_signed_out_of(tmp_path: Path) -> None:
    async with opened_desk(tmp_path, size=NARROW) as driver:
        await driver.runs("account list")
        driver.sees("acme", "https://acme.example", "synced", "a add", "d remove")

        await driver.press("r")
        await driver.press("ctrl+u")
        await driver.types("shop")
        await driver.press("enter")
        assert [one.name for one in driver.desk.accounts()] == ["shop"]

        await driver.press("d")
        await asked(driver, "What shall become of shop?")
        await driver.press("enter")
        assert driver.desk.accounts()[0].token_source == "none"
