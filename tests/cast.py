"""The cast: Alice and Bob have accounts, Mallory steals."""

PASSWORD = "a horse walks into a bar"
