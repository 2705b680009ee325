"""Pure decisions: no session, no clock, no input or output."""
