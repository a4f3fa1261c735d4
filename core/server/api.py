"""The HTTP side: routes, what they take, and the document that describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Path, Query, Request
from starlette.responses import Response

from core.events.instants import InstantError, format_instant, parse_instant
from core.events.store.base import EventPage, SessionSummary
from core.projectors.context import SessionContext
from core.server import page, posting, streams
from core.server.answers import JsonBytes, add_faults, answer, fault, without_folders
from core.server.encoding import encode
from core.server.errors import BadRequest
from core.server.hub import Hub
from core.server.pages import SessionPage
from core.server.service import LONG_AT_ONCE, LogService
from core.server.shapes import (
    REFUSED,
    Answers,
    ContextShape,
    EnvelopeShape,
    FaultShape,
    HealthShape,
    PreferencesShape,
    SessionId,
    SessionShape,
)
from core.server.turns import Turns

_DESCRIPTION = """\
Sessions of a Brain Web log, their events, and their context as it changes. Every time is in UTC.
What is no JSON in a payload (NaN, Infinity) is sent as null, a lone surrogate as U+FFFD.

`WS /api/sessions/{session_id}/context/stream` sends frames `{type: "initial_context" |
"context_update", session_id, context, sequence, position}`, the current context first; `sequence`
rises for as long as the server runs, and contexts between two frames may be left out. The text
`ping` is answered by `pong`. With `?follow=playhead` the frames are of the moment that the window
shows, whenever it shows that session; `WS /api/playhead/context/stream` follows whichever it shows.
A browser's socket offers the subprotocols `brainweb.v1` and `bearer.<token>`.
"""

_OFFSET_AS_SPACE = re.compile(r" ([0-9]{2}:?[0-9]{2})$")

Cursor = Annotated[str | None, Query(description="`X-Next-Cursor` of the page before.")]

_UNKNOWN: Answers = {404: {"model": FaultShape, "description": "There is no such session."}}


def _paged(model: Any) -> Answers:
    headers = {
        "X-Next-Cursor": {"description": "Where to go on, if more.", "schema": {"type": "string"}},
        "Link": {"description": "The next page, `rel=next`.", "schema": {"type": "string"}},
    }
    return {200: {"model": model, "headers": headers}}


def create_app(service: LogService, hub: Hub, *, window: bool = False) -> FastAPI:
    """The application, to be put behind a `core.server.security.Gate`.

    `window` says whether there is a window whose playhead can be followed.
    """
    app = FastAPI(
        title="Brain Web",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    turns = Turns(LONG_AT_ONCE)
    app.include_router(_reading(service, turns))
    app.include_router(posting.router(service))
    app.include_router(_about(app, service, hub, window))
    app.include_router(streams.router(service, hub, turns, window=window))
    add_faults(app)
    return app


def _reading(service: LogService, turns: Turns) -> APIRouter:
    router = APIRouter(prefix="/api", responses=REFUSED)

    @router.get("/sessions", summary="The sessions", responses=_paged(list[SessionShape]))
    async def sessions(
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100, cursor: Cursor = None
    ) -> Response:
        """The sessions, the latest first."""
        job = partial(service.sessions, limit=limit, cursor=cursor)
        headers = partial(_next_page, path="/api/sessions", limit=limit)
        return await answer(service, job, shape=_sessions, headers=headers)

    @router.get(
        "/sessions/{session_id:path}/events",
        summary="The events of a session",
        responses=_UNKNOWN | _paged(list[EnvelopeShape]),
    )
    async def events(
        session_id: SessionId,
        after_ts: Annotated[
            str | None,
            Query(description="Only events after this time.", examples=["2026-11-12T10:04:40Z"]),
        ] = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
        cursor: Annotated[
            str | None,
            Query(description="`X-Next-Cursor` of the page before; `after_ts` then is ignored."),
        ] = None,
    ) -> Response:
        """The events in order; pages by cursor lose none where several share an instant.

        A page of more than about 8 MB ends early, with a cursor.
        """
        after = None if after_ts is None else _instant(after_ts)
        job = partial(service.events, session_id, after=after, limit=limit, cursor=cursor)
        path = f"/api/sessions/{quote(session_id, safe='')}/events"
        headers = partial(_next_page, path=path, limit=limit)
        return await answer(service, job, shape=_envelopes, headers=headers)

    @router.get(
        "/sessions/{session_id:path}/context",
        summary="The context of a session",
        responses=_UNKNOWN | {200: {"model": ContextShape}},
    )
    async def context(
        request: Request,
        session_id: SessionId,
        at: Annotated[
            str | None,
            Query(
                description="A moment: `#214` or `214` (after so many events), a time, a time of "
                "day, or `+01:04:40` since the start. By default after the last event.",
                examples=["#214"],
            ),
        ] = None,
    ) -> Response:
        """What the system holds of the session: now, or at a moment."""
        for name in request.query_params.keys() - {"at"}:
            raise BadRequest(f"“{name}” is nothing that can be told here: there is “at” alone.")
        if at is None:
            async with turns.at(("context", session_id)):
                return await answer(service, partial(service.context, session_id), shape=_context)
        # In a query a plus stands for a space.
        moment = f"+{at[1:]}" if at.startswith(" ") else at
        job = partial(service.context_at, session_id, moment)
        # Sessions are loaded one after another, so all of them wait for one turn.
        async with turns.at("index"):
            return await answer(service, job, shape=lambda found: _context(found[0], found[1]))

    @router.get(
        "/users/{user_id:path}/preferences",
        summary="The preferences of a user",
        responses={200: {"model": list[PreferencesShape]}},
    )
    async def preferences(user_id: Annotated[str, Path(description="An actor.")]) -> Response:
        """The preferences that each session of the user speaks of; none of an unknown user."""
        job = partial(service.preferences, user_id)
        async with turns.at(("preferences", user_id)):
            return await answer(
                service, job, shape=lambda found: [each.to_wire() for each in found]
            )

    return router


def _about(app: FastAPI, service: LogService, hub: Hub, window: bool) -> APIRouter:
    router = APIRouter()

    @router.get("/", include_in_schema=False)
    async def index() -> Response:
        return page.response()

    @router.get(
        "/healthz",
        summary="Whether all is well",
        responses=REFUSED | {200: {"model": HealthShape}},
    )
    async def health() -> Response:
        """Whether the log can be followed; 503 where it cannot."""
        if service.problem is not None:
            return fault(503, without_folders(service.problem))
        told = {
            "status": "ok",
            "writable": service.writable,
            "window": window,
            "clients": len(hub.clients()),
        }
        return JsonBytes(encode(told))

    @router.get("/openapi.json", include_in_schema=False)
    async def document() -> Response:
        return JsonBytes(encode(_document(app)))

    return router


def _document(app: FastAPI) -> dict[str, Any]:
    described = app.openapi()
    schemes = described.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes["token"] = {"type": "http", "scheme": "bearer"}
    described["security"] = [{"token": []}]
    return described


# -- what is sent ---------------------------------------------------------------------------------


def _sessions(found: SessionPage) -> list[dict[str, Any]]:
    return [_session(each) for each in found.sessions]


def _session(summary: SessionSummary) -> dict[str, Any]:
    return {
        "session_id": summary.session_id,
        "first": format_instant(summary.first),
        "last": format_instant(summary.last),
        "count": summary.count,
        "actor_id": summary.actor_id,
    }


def _envelopes(found: EventPage) -> list[dict[str, Any]]:
    return [event.to_wire() for event in found.events]


def _context(found: SessionContext, at: int | None = None) -> dict[str, Any]:
    told = found.to_wire() | {"position": found.position}
    return told if at is None else told | {"at": format_instant(at)}


def _next_page(found: SessionPage | EventPage, *, path: str, limit: int) -> Mapping[str, str]:
    if found.cursor is None:
        return {}
    link = f'<{path}?limit={limit}&cursor={quote(found.cursor, safe="")}>; rel="next"'
    return {"x-next-cursor": found.cursor, "link": link}


# -- what is taken --------------------------------------------------------------------------------


def _instant(text: str) -> int:
    # In a query a plus stands for a space, and an offset's is seldom escaped.
    try:
        return parse_instant(_OFFSET_AS_SPACE.sub(r"+\1", text))
    except InstantError as error:
        raise BadRequest(f"after_ts: {error}") from error
