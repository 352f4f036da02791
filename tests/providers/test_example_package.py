"""A provider in a package of its own, as the README tells to write one, put through the contract by the tool."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.providers.tinydesk_server import served

ROOT = Path(__file__).parents[2]
PACKAGE = Path(__file__).with_name("example_package")
RUN = ["-m", "pytest", "-p", "no:cacheprovider", "--agentdesk-provider"]


def installed(package: Path, folder: Path) -> None:
    """Put a package's entry points where Python looks for them, as an installer does."""
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    place = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    lines = [
        line
        for group, points in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
    ]
    (place / "entry_points.txt").write_text("\n".join(lines))


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """An environment with the example beside AgentDesk, and a folder that holds nothing else."""
    found = tmp_path / "site"
    found.mkdir()
    for package in (ROOT, PACKAGE):
        installed(package, found)
    (tmp_path / "empty").mkdir()
    paths = os.pathsep.join(map(str, (found, PACKAGE, ROOT)))
    return {**os.environ, "PYTHONPATH": paths, "AGENTDESK_TOKEN": "agent-1", "PYTEST_ADDOPTS": ""}


def run(arguments: list[str], surroundings: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=surroundings, cwd=folder, capture_output=True, text=True, check=False)


def test_a_package_of_its_own_fulfils_the_contract(surroundings: dict[str, str], tmp_path: Path) -> None:
    with served() as url:
        done = run([*RUN, "tinydesk", "--agentdesk-url", url], surroundings, tmp_path / "empty")

    assert done.returncode == 0, done.stdout + done.stderr
    report = done.stdout.partition("AgentDesk contract: tinydesk")[2]
    assert "0 failed" in report
    assert "test_a_lost_answer_is_found_again" not in report
    assert "test_a_tag_is_taken_off_and_the_others_stay: this helpdesk has no tags" in report
    assert "test_a_closed_ticket_refuses_in_words: nothing on this helpdesk is ever closed for good" in report


def test_the_desk_offers_a_provider_of_another_package(surroundings: dict[str, str], tmp_path: Path) -> None:
    asked = "from agentdesk.helpdesks import provider_names; print(*provider_names())"

    assert "tinydesk" in run(["-c", asked], surroundings, tmp_path).stdout.split()


def test_a_provider_without_another_side_is_told_so(surroundings: dict[str, str], tmp_path: Path) -> None:
    done = run([*RUN, "nothing"], surroundings, tmp_path / "empty")

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert 'No entry point "nothing" in the group agentdesk.contract. There are: tinydesk.' in done.stdout + done.stderr


def test_whoever_only_has_agentdesk_pays_nothing_for_the_plugin(surroundings: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "empty" / "test_theirs.py").write_text(
        "import sys\n\ndef test_theirs():\n"
        "    ours = {name for name in sys.modules if name.startswith('agentdesk')}\n"
        "    assert ours == {'agentdesk', 'agentdesk.providers', 'agentdesk.providers.contract_plugin'}\n"
    )

    done = run(
        ["-m", "pytest", "-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "error"], surroundings, tmp_path / "empty"
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "AgentDesk" not in done.stdout


def test_the_code_in_the_readme_is_the_example_that_works() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    page = readme.partition("## Writing a provider")[2].partition("\n## ")[0]

    shown = functions(page.partition("```python\n")[2].partition("```")[0])

    assert {"send", "find"} <= shown.keys()
    assert shown.items() <= functions((PACKAGE / "tinydesk" / "__init__.py").read_text(encoding="utf-8")).items()


def functions(source: str) -> dict[str, str]:
    """The functions in a source by name, however they are laid out."""
    found = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name: ast.dump(node) for node in found}
