"""The screens: Textual's only home. They read the store, run commands, and never wait for a network."""
