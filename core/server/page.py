"""The page at `/`, which holds no data: it asks for the token and shows a context live."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from starlette.responses import Response


@cache
def _page() -> tuple[bytes, str]:
    """The page, and the policy under which its own script and style alone are run."""
    text = files("core.server").joinpath("page.html").read_text(encoding="utf-8")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashed(text, 'script')}",
            f"style-src {_hashed(text, 'style')}",
            "connect-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
    return text.encode(), policy


def _hashed(text: str, tag: str) -> str:
    """The source expression of the only inline element of a kind."""
    (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def response() -> Response:
    """The page as it is sent."""
    content, policy = _page()
    return Response(
        content,
        media_type="text/html",
        # It is given to everybody, whose connections are not to stay.
        headers={"content-security-policy": policy, "connection": "close"},
    )
