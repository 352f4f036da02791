"""The paths of the embedded helpdesk, one module a topic; a handler's name is what it answers with."""
