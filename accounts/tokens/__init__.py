"""Tokens: keys, claims, signing, the strict decoder and the bridge to simplejwt.

The only package that imports ``joserfc``, ``jwt`` or ``rest_framework_simplejwt``. It imports
``conf`` and ``tracing`` of the project, no model. Read ``codec.py`` first.
"""
