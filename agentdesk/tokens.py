"""Where secrets are: the system's keyring, an environment variable, or a command of the user's; never a file of ours.

A source is text that may be stored and shown: `keyring`, `oauth` (a pair of tokens in the keyring), `env:NAME`,
`command:WORDS` or `none`. The secret itself is asked for at each use and kept nowhere else.
"""

import os
import shlex
import subprocess
from collections.abc import Callable

from agentdesk.errors import ConfigError
from agentdesk.i18n import _

Secret = str | Callable[[], str]
"""A secret, or what to ask for it at each use."""

SERVICE = "agentdesk"
KEYRING = "keyring"
OAUTH = "oauth"
SIGNED_OUT = "none"
COMMAND_SECONDS = 60
SAFE_PRIORITY = 1
"""Keyrings below are not recommended by the keyring library: some write plain files, one forgets everything."""


def secret(source: str, account: str) -> str:
    """The account's secret; raises `ConfigError` with what to do when it cannot be had."""
    kind, _colon, rest = source.partition(":")
    match kind:
        case "keyring" | "oauth":
            found = _from_keyring(account)
        case "env":
            found = os.environ.get(rest, "")
        case "command":
            found = _from_command(rest, account)
        case "none":
            raise ConfigError(_("{account} is signed out.", account=account))
        case _:
            raise ConfigError(
                _("The account {account} has an unknown token source {source!r}.", account=account, source=kind)
            )
    if not found:
        raise ConfigError(
            _(
                "No token for the account {account} in {place}.",
                account=account,
                place=source if kind != "command" else "--token-command",
            )
        )
    return found


def has_keyring() -> bool:
    """Has this system a keyring that secrets may be put into?"""
    import keyring  # late: 40-70 ms that only signing in pays

    return keyring.get_keyring().priority >= SAFE_PRIORITY


def is_known(source: str) -> bool:
    """Does an account say where its secret is?"""
    return source not in ("", SIGNED_OUT)


def is_kept(source: str) -> bool:
    """Does the system keyring hold the secret?"""
    return source in (KEYRING, OAUTH)


def keep(account: str, token: str) -> None:
    """Put a secret into the system keyring, and see that it is there; raises `ConfigError` where that cannot be."""
    import keyring
    from keyring.errors import KeyringError

    if not has_keyring():
        raise ConfigError(no_keyring())
    try:
        keyring.set_password(_service(), account, token)
        kept = keyring.get_password(_service(), account)
    except KeyringError as error:
        raise ConfigError(no_keyring()) from error
    if kept != token:
        raise ConfigError(no_keyring())


def forget(account: str) -> None:
    """Remove a secret from the keyring, if it is there."""
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        keyring.delete_password(_service(), account)
    except PasswordDeleteError:
        return
    except KeyringError as error:
        raise ConfigError(no_keyring()) from error


def _from_keyring(account: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_service(), account) or ""
    except KeyringError as error:
        raise ConfigError(no_keyring()) from error


def _service() -> str:
    """What the keyring calls this desk; one with a home of its own may have other helpdesks under the same names."""
    home = os.environ.get("AGENTDESK_HOME", "")
    return f"{SERVICE} {os.path.abspath(home)}" if home else SERVICE


def no_keyring() -> str:
    """What to do where a secret cannot be kept."""
    return _(
        "This system has no keyring that AgentDesk could use. Use --token-command (for example 'pass show desk') or "
        "--token-env instead; a token is never written to a plain file."
    )


def no_keyring_for_browser() -> str:
    """What to do where signing in with the browser cannot be kept."""
    return _(
        "Signing in with the browser needs a system keyring, because its tokens change all the time, and this system "
        "has none. Use a token with --token-command or --token-env; a token is never written to a plain file."
    )


def _from_command(command: str, account: str) -> str:
    """The first line that the command prints, as password managers keep notes below it."""
    try:
        done = subprocess.run(  # noqa: S603 (the user's own command, run without a shell)
            _words(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise ConfigError(
            _(
                "The token command of the account {account} did not work ({kind}). Try it in a shell first.",
                account=account,
                kind=type(error).__name__,
            )
        ) from None  # the original error carries the command's output
    return done.stdout.strip().partition("\n")[0].strip()


def _words(command: str) -> str | list[str]:
    """The command as the system starts it: Windows splits for itself, and a backslash is no escape there."""
    if not command.strip():
        raise ValueError(command)
    return command if os.name == "nt" else shlex.split(command)
