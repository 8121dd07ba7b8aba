"""Who Google takes this command for: an access token from application default credentials.

https://cloud.google.com/docs/authentication/application-default-credentials
"""

import functools
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import google.auth
import google.auth.credentials
import google.auth.exceptions
import google.auth.transport.requests

from delivery.errors import Failed

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TIMEOUT_SECONDS = 10
LOGIN = "Run 'gcloud auth application-default login', or point GOOGLE_APPLICATION_CREDENTIALS at a file of credentials."


class GoogleToken:
    """Called, it gives a token that is valid now; safe in threads. Looks for credentials when it is first called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._credentials: google.auth.credentials.Credentials | None = None

    def __call__(self) -> str:
        """The token. Raises Failed, with what to do, where there are no credentials or Google refuses them."""
        with self._lock, told():
            return str(self._valid().token)

    def _valid(self) -> google.auth.credentials.Credentials:
        request = google.auth.transport.requests.Request()
        if self._credentials is None:
            self._credentials = found(request)
        if not self._credentials.valid:
            self._credentials.refresh(functools.partial(request, timeout=TIMEOUT_SECONDS))
        return self._credentials


def found(request: Callable[..., object]) -> google.auth.credentials.Credentials:
    """Application default credentials. Raises DefaultCredentialsError where there are none."""
    # It warns of a missing default project, which nothing here asks for.
    logging.getLogger("google.auth._default").setLevel(logging.ERROR)
    credentials, _ = google.auth.default(scopes=[SCOPE], request=request)
    return credentials


@contextmanager
def told() -> Iterator[None]:
    """Errors of Google's library as Failed, with what to do."""
    try:
        yield
    except google.auth.exceptions.DefaultCredentialsError as error:
        raise Failed(f"no credentials of Google Cloud are here: {_first_line(error)}", LOGIN) from None
    except google.auth.exceptions.TransportError as error:
        remedy = "See whether this machine reaches Google, and try again."
        raise Failed(f"Google's sign-in cannot be reached: {_first_line(error)}", remedy) from None
    except google.auth.exceptions.GoogleAuthError as error:
        raise Failed(f"Google refuses the credentials that are here: {_first_line(error)}", LOGIN) from None


def _first_line(error: Exception) -> str:
    return (str(error.args[0]) if error.args else str(error)).splitlines()[0].rstrip(".")
