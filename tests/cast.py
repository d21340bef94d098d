"""The cast: Alice and Bob have accounts, Mallory steals."""

PASSWORD = "a horse walks into a bar"

# Limits with which a password is not even looked at.
NO_GUESSES = {"sign-in-pair": (0, 86_400), "sign-in-pair-slowly": (0, 86_400)}
