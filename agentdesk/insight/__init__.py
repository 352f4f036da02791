"""What the event log of a ticket tells: pure functions, no I/O and no clock. The store keeps what they answer."""
