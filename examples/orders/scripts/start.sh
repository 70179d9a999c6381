#!/bin/sh
# Starts the service in the foreground, with its log on standard output.
# usage: scripts/start.sh [PORT]
set -eu
cd "$(dirname "$0")/.."

if [ -f .env ]; then
    set -a
    . ./.env
    set +a
fi

# exec, so that a signal to this process reaches uvicorn.
exec .venv/bin/python -m uvicorn app.main:app --host 127.0.0.1 --port "${1:-8000}" \
    --no-access-log --no-server-header --timeout-graceful-shutdown 5
