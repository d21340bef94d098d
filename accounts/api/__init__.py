"""The HTTP API: simplejwt's paths and shapes, cookie sessions beside them, and the lab."""
