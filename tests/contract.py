"""Every answer of the API is one that its OpenAPI document describes: status, headers and body."""

import gzip
import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from drf_spectacular.renderers import OpenApiJsonRenderer2
from jsonschema_rs import Draft202012Validator

from accounts.api.generator import Generator
from accounts.attacks.stage.hosts import party_of

# A client learns from these what to do next, so that none comes undescribed.
TELLING = frozenset({"Link", "Retry-After", "WWW-Authenticate", "X-Total-Count"})


class Contract:
    """The document, which is made when it is needed first, and so is each validator."""

    def __init__(self) -> None:
        self.flaws: list[str] = []
        self._compiled: dict[int, Draft202012Validator] = {}

    @cached_property
    def document(self) -> dict[str, Any]:
        """The document, with one thing added: what is not described is not sent."""
        document = Generator().get_schema()  # type: ignore[no-untyped-call]
        text = OpenApiJsonRenderer2().render(document)
        found: dict[str, Any] = json.loads(text)
        for schema in found["components"]["schemas"].values():
            if "properties" in schema:
                schema.setdefault("additionalProperties", False)
        return found

    def check(self, request: HttpRequest, answer: HttpResponseBase) -> None:
        """Add to the flaws what is wrong with an answer of an endpoint that is described.

        The lines of a streamed answer are looked at while they are read. That something broke
        (500) is no answer that anybody describes.
        """
        which = f"{request.method} {request.path} {answer.status_code}"
        self.flaws += [f"{which}: {flaw}" for flaw in self._wrong(request, answer)]

    def _wrong(self, request: HttpRequest, answer: HttpResponseBase) -> Iterator[str]:
        if party_of(request):  # a host of the theatre has no API
            return
        operations = self.document["paths"].get(_path(request), {})
        operation = operations.get((request.method or "").lower())
        if answer.status_code == 405:
            yield from _wrong_allow(answer, operations)
        elif operation is not None and answer.status_code != 500:
            described = operation["responses"].get(str(answer.status_code))
            if described is None:
                yield "this status is not described"
                return
            yield from self._wrong_headers(answer, described.get("headers", {}))
            yield from self._wrong_body(answer, described.get("content", {}))

    def _wrong_headers(self, answer: HttpResponseBase, described: dict[str, Any]) -> Iterator[str]:
        for name in (TELLING | described.keys()) & answer.headers.keys():
            if name not in described:
                yield f"{name} is not described"
            else:
                value, schema = answer.headers[name], described[name]["schema"]
                is_number = schema["type"] == "integer" and value.isdecimal()
                yield from self._invalid(schema, int(value) if is_number else value)
        needed = {name for name, header in described.items() if header.get("required")}
        yield from (f"{name} is missing" for name in needed - answer.headers.keys())

    def _wrong_body(self, answer: HttpResponseBase, described: dict[str, Any]) -> Iterator[str]:
        media_type = answer.headers.get("Content-Type", "").partition(";")[0]
        if not described:
            if not isinstance(answer, HttpResponse) or answer.content:
                yield "no body is described"
        elif media_type not in described:
            yield f"a body of type {media_type!r} is not described"
        elif isinstance(answer, StreamingHttpResponse):
            schema, lines = described[media_type]["schema"], answer.streaming_content
            answer.streaming_content = self._read(schema, lines)  # type: ignore[arg-type]
        elif isinstance(answer, HttpResponse):
            is_packed = answer.headers.get("Content-Encoding") == "gzip"
            body = (gzip.decompress(answer.content) if is_packed else answer.content).decode()
            value = json.loads(body) if media_type.endswith("json") else body
            yield from self._invalid(described[media_type]["schema"], value)

    def _read(self, schema: Any, lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            self.flaws.extend(self._invalid(schema, json.loads(line)))
            yield line

    def _invalid(self, schema: dict[str, Any], value: Any) -> Iterator[str]:
        key = id(schema)  # as long as the document is there, so is each of its schemas
        if key not in self._compiled:
            whole = {**schema, "components": self.document["components"]}
            self._compiled[key] = Draft202012Validator(whole, validate_formats=True)
        for error in self._compiled[key].iter_errors(value):
            yield f"{'/'.join(map(str, error.instance_path))}: {error.message}"


def _path(request: HttpRequest) -> str | None:
    """The path as the document writes it; None where there is nothing at this address."""
    try:
        found = request.resolver_match or resolve(request.path_info)  # refused before a view
    except Resolver404:
        return None
    return "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", found.route)


def _wrong_allow(answer: HttpResponseBase, operations: dict[str, Any]) -> Iterator[str]:
    """A 405 tells which methods there are (RFC 9110, section 15.5.6)."""
    allowed = {name.strip().lower() for name in answer.headers.get("Allow", "").split(",")}
    if operations and allowed - {"head", "options"} != operations.keys():
        yield f"Allow names {sorted(allowed)}, described are {sorted(operations)}"
