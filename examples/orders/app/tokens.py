"""Bearer tokens: who is asking. Only digests are kept, and compared in constant time."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path

from app.settings import ROOT, Settings, TokenSource

MINIMUM_LENGTH = 16


class TokenError(ValueError):
    """A token is missing or unusable. The message names the customer, never the token."""


class Tokens:
    """The customers of the service by the digest of their token."""

    def __init__(self, by_customer: Mapping[str, str]) -> None:
        for customer, token in by_customer.items():
            if len(token) < MINIMUM_LENGTH:
                raise TokenError(
                    f"the token of {customer} is too short, expected {MINIMUM_LENGTH} characters"
                )
        self._digests = {customer: _digest(token) for customer, token in by_customer.items()}
        if len(set(self._digests.values())) != len(self._digests):
            raise TokenError("two customers have the same token")

    def customer(self, token: str) -> str | None:
        """The customer whose token this is. All are compared, so that time tells nothing."""
        digest = _digest(token)
        matches = [
            customer
            for customer, known in self._digests.items()
            if hmac.compare_digest(known, digest)
        ]
        return matches[0] if matches else None


def load_tokens(
    settings: Settings, variables: Mapping[str, str] = os.environ, root: Path = ROOT
) -> Tokens:
    """Read the token of every customer from its source. Raises TokenError when one is missing."""
    return Tokens(
        {name: _read(name, source, variables, root) for name, source in settings.tokens.items()}
    )


def _read(customer: str, source: TokenSource, variables: Mapping[str, str], root: Path) -> str:
    if source.env:
        token = variables.get(source.env, "")
    else:
        path = root / str(source.file)
        token = path.read_text(encoding="utf-8") if path.is_file() else ""
    if not token.strip():
        raise TokenError(f"the token of {customer} is missing, expected in {source}; see README.md")
    return token.strip()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
