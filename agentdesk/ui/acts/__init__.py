"""What commands may ask of the screen, by subject; `Workspace` is all of it."""
