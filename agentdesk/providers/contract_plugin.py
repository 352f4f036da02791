"""`pytest --agentdesk-provider NAME`: the contract, run on a provider that anybody wrote, with a report at the end.

pytest loads this module in every run on a machine that has AgentDesk, so it imports nothing before it is asked to.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

SUITE = Path(__file__).with_name("contract_suite.py")
TOKEN = "AGENTDESK_TOKEN"  # noqa: S105  # the name of a variable


def pytest_addoption(parser: pytest.Parser) -> None:
    """The provider to test, and the account to test it with; the token has no option, for options can be seen."""
    group = parser.getgroup("agentdesk", "AgentDesk: the contract of a provider")
    group.addoption("--agentdesk-provider", metavar="NAME", help="run the contract on the provider with this name")
    group.addoption("--agentdesk-url", metavar="URL", help=f"where its helpdesk is; its token is in {TOKEN}")
    group.addoption("--agentdesk-user", metavar="USER", help="who signs in there, where it wants a name")
    parser.addini("agentdesk_url", "what --agentdesk-url is when it is not given", default="")
    parser.addini("agentdesk_user", "what --agentdesk-user is when it is not given", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Collect the contract in place of what lies around, and beside what was named."""
    if not config.getoption("--agentdesk-provider"):
        return
    if not config.pluginmanager.hasplugin("asyncio"):
        raise pytest.UsageError("The contract needs pytest-asyncio. Install: agentdesk-terminal[contract]")
    was_named = config.args_source is pytest.Config.ArgsSource.ARGS
    config.args = [*(config.args if was_named else ()), str(SUITE)]


def setting(config: pytest.Config, name: str) -> str:
    """What the option, or else the file of settings, says of the account."""
    return str(config.getoption(f"--agentdesk-{name}") or config.getini(f"agentdesk_{name}"))


def token() -> str:
    """The account's token, from the one place it may come from."""
    return os.environ.get(TOKEN, "")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how much of the contract was proven, and what was not and why."""
    name = config.getoption("--agentdesk-provider")
    if not name:
        return
    terminalreporter.section(f"AgentDesk contract: {name}")
    for kind in ("passed", "failed", "error", "skipped"):
        count = sum(1 for _report in _of_contract(terminalreporter, kind))
        terminalreporter.line(f"{count} {'not tested' if kind == 'skipped' else kind}")
    for report in _of_contract(terminalreporter, "skipped"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.line(f"  {report.nodeid.rpartition('::')[2]}: {reason.removeprefix('Skipped: ')}")


def _of_contract(reporter: pytest.TerminalReporter, kind: str) -> Iterator[pytest.TestReport]:
    return (report for report in reporter.stats.get(kind, []) if "::TestContract::" in report.nodeid)
