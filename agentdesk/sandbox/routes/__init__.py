"""The paths of the embedded helpdesk, one module a topic."""
