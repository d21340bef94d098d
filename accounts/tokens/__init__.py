"""Tokens: keys, claims, signing, the strict decoder and the bridge to simplejwt.

The only package that imports ``joserfc``, ``jwt`` or ``rest_framework_simplejwt``.
"""

from rest_framework_simplejwt.tokens import Token

from accounts.tokens.codec import Claims, TokenRefused, decode, issue, peek
from accounts.tokens.keys import BadKey, Key, Keyring
from accounts.tokens.realm import Realm, lab, site
from accounts.tokens.simplejwt import PasswordSimplejwt, Simplejwt, StatelessSimplejwt

__all__ = [
    "BadKey",
    "Claims",
    "Key",
    "Keyring",
    "PasswordSimplejwt",
    "Realm",
    "Simplejwt",
    "StatelessSimplejwt",
    "Token",
    "TokenRefused",
    "decode",
    "issue",
    "lab",
    "peek",
    "site",
]
