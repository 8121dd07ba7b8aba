"""A password for a service account's login to Cloud SQL: a token that is good for nothing else.

https://cloud.google.com/sql/docs/postgres/iam-logins
"""

import functools

from google.auth import impersonated_credentials
from google.auth.transport.requests import Request

from delivery import google_login

SCOPE = "https://www.googleapis.com/auth/sqlservice.login"
LIFETIME_SECONDS = 3600
"""Only the login needs it: a session outlives its token."""


def password(account: str) -> str:
    """For whoever may have tokens made for the account, as pods may for that of their database. Raises Failed."""
    request = functools.partial(Request(), timeout=google_login.TIMEOUT_SECONDS)
    with google_login.told():
        credentials = impersonated_credentials.Credentials(
            google_login.found(request), target_principal=account, target_scopes=[SCOPE], lifetime=LIFETIME_SECONDS
        )
        credentials.refresh(request)
        return str(credentials.token)
