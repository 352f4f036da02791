"""The program: the shell when there are words to run, the desk when there are none."""

from agentdesk.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
