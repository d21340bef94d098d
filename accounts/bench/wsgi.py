"""The site's WSGI application as ``bench --http`` serves it: the lab knows the baseline as well."""

from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

_site = get_wsgi_application()  # sets Django up, without which the rest cannot be imported

from accounts.bench.subjects import Baseline, extend_lifetimes  # noqa: E402
from accounts.lab.instances import serving  # noqa: E402
from accounts.tokens.realm import lab_realm  # noqa: E402

extend_lifetimes()
_baseline = Baseline(lab_realm())


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer as the site does."""
    with serving(_baseline):
        return _site(environ, start_response)
