"""The folders AgentDesk reads and writes, all below `AGENTDESK_HOME` when that is set."""

import os
from pathlib import Path
from typing import NamedTuple

import platformdirs

OWNER_ONLY_FOLDER = 0o700
OWNER_ONLY_FILE = 0o600


class Folders(NamedTuple):
    """Where this person's configuration, cache and logs live."""

    config: Path
    data: Path
    logs: Path

    @property
    def database(self) -> Path:
        return self.data / "agentdesk.db"

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def themes(self) -> Path:
        return self.config / "themes"

    @property
    def queues(self) -> Path:
        """The folder of queries that were kept as queues."""
        return self.config / "queues"

    @property
    def macros(self) -> Path:
        return self.config / "macros"

    @property
    def demo(self) -> Path:
        """The folder of `agentdesk demo`, apart from any real work."""
        return self.data / "demo"


def folders(environment: dict[str, str] | os._Environ[str] = os.environ) -> Folders:
    """The folders of the person who runs this process, or those below `AGENTDESK_HOME`."""
    home = environment.get("AGENTDESK_HOME")
    if home:
        base = Path(home).expanduser()
        return Folders(base / "config", base / "data", base / "logs")
    places = platformdirs.PlatformDirs("agentdesk", appauthor=False)
    return Folders(Path(places.user_config_dir), Path(places.user_data_dir), Path(places.user_log_dir))


def demo_folders(own: Folders) -> Folders:
    """Folders for the demo: the person's own configuration, a cache of its own."""
    return Folders(own.config, own.demo, own.logs)


def private_folder(path: Path) -> Path:
    """The folder, made if needed, readable by its owner alone (where the system has such permissions)."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(OWNER_ONLY_FOLDER)
    return path


def private_file(path: Path) -> Path:
    """The file, made empty if needed, readable by its owner alone (where the system has such permissions)."""
    private_folder(path.parent)
    path.touch(mode=OWNER_ONLY_FILE, exist_ok=True)
    path.chmod(OWNER_ONLY_FILE)
    return path


def changed_at(path: Path) -> int:
    """When a file was last changed, in nanoseconds; 0 where there is none, -1 where that cannot be found out."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
    except OSError:
        return -1
