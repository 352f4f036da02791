"""The embedded helpdesk: a Zendesk-compatible HTTP application over its own SQLite file."""
