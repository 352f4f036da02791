"""Keyrings for tests: one in memory, and those that must not be trusted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, TypeVar

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

S = TypeVar("S", bound=KeyringBackend)


class Safe(KeyringBackend):
    """A keyring in memory; `log` says what was put in, in order."""

    priority: ClassVar[float] = 5
    kept: dict[tuple[str, str], str]

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring annotates no constructors
        self.kept = {}
        self.log: list[str] = []

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password
        self.log.append(password)

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def of_accounts(self) -> dict[str, str]:
        """What is kept, by the account."""
        return {username: secret for (_service, username), secret in self.kept.items()}

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError(username)
        del self.kept[service, username]


class PlainFile(Safe):
    """A keyring such as those that write what they are given to a file."""

    priority: ClassVar[float] = 0.5


@contextmanager
def in_use(backend: S) -> Iterator[S]:
    """The system's keyring is this one for the length of the block."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        yield backend
    finally:
        keyring.set_keyring(before)
