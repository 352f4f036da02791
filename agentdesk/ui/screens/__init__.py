"""What fills the terminal: the desk itself, and the pages that lie on top of it for a moment."""
