"""AgentDesk: the terminal workspace in which customer-support agents spend their day."""

__version__ = "0.1.0"
