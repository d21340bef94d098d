"""What the log says, and at what length."""

import logging


class WithoutTraceback(logging.Filter):
    """Makes one line of a request that Django refused, like one for a host that is not ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security."):
            record.exc_info = record.exc_text = None
        return True
