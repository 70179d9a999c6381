"""Waits until /health answers with the expected commit.

usage: wait_for_release.py URL COMMIT
"""

import json
import sys
import time
import urllib.error
import urllib.request

SECONDS = 20


def running_commit(url: str) -> str:
    """The commit that a healthy service reports, else what is wrong."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 the caller's own address
            return json.load(answer)["release"]["commit"] or "unknown"
    except urllib.error.HTTPError as error:
        return f"unhealthy ({error.code})"
    except (OSError, ValueError, KeyError) as error:
        return f"no answer ({type(error).__name__})"


def main(url: str, expected: str) -> int:
    """0 when the expected commit answers in time."""
    deadline = time.monotonic() + SECONDS
    seen = ""
    while time.monotonic() < deadline:
        seen = running_commit(url)
        if seen == expected:
            sys.stdout.write(f"{url} answers with {expected}\n")
            return 0
        time.sleep(0.1)
    sys.stderr.write(f"{url}: expected commit {expected}, last seen {seen}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
