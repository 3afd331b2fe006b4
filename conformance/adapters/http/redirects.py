"""Which redirects of a service are followed: to hosts that the vendor file lists, where the same request is asked for again.

A redirect takes the case, and the headers with their secrets, to wherever it says. So nothing is followed that was not allowed
by name, and never from https to http.
"""

from yarl import URL

MOST = 3
"""How many redirects in a row are followed."""

_SAME_REQUEST = (307, 308)  # after the others clients send a GET, which has no case in it

Host = tuple[str | None, int | None]
"""A host's name and its port; None for a port: the one that the scheme has by itself."""


class NotFollowed(Exception):
    """Why a redirect is not followed, and what to do."""


def host_of(entry: str) -> Host:
    """The host that `name` or `name:port` in the vendor file's `allow_redirects_to` is."""
    url = URL(f"http://{entry}")
    return url.raw_host, url.explicit_port


def followed(url: URL, status: int, location: str, allowed: frozenset[Host]) -> URL:
    """Where a redirect from `url` leads. Raises NotFollowed."""
    if not allowed:
        raise NotFollowed("redirects are not followed, give the final url")
    if status not in _SAME_REQUEST:
        raise NotFollowed("only 307 and 308 ask for the same request again, give the final url")
    try:
        target = url.join(URL(location))
    except ValueError:
        raise NotFollowed("that is not an address") from None
    if target.scheme not in ("http", "https") or target.raw_user is not None or target.raw_password is not None:
        raise NotFollowed("that is not a plain address of a web service")
    if (url.scheme, target.scheme) == ("https", "http"):
        raise NotFollowed("from https to http is never followed")
    if (target.raw_host, target.port) in allowed or (target.is_default_port() and (target.raw_host, None) in allowed):
        return target
    raise NotFollowed(f"[adapter] allow_redirects_to does not list {target.raw_host}:{target.port}")
