# Shared by deploy.sh and rollback.sh, which read it with `.` from the root of the service.
#
#   releases/VERSION/         one release, whole once its file COMMIT exists
#   releases/environments/    Python environments, one per content of requirements.lock
#   current, previous         links to the release that runs, and to the one that ran before it
#   var/                      what outlives a release: database, log, pid

port=${PORT:-8000}

if [ -f .env ]; then
    set -a
    . ./.env
    set +a
fi

fail() {
    echo "$(basename "$0"): $1" >&2
    exit 1
}

# The commit of the tag of a version.
commit_of() {
    git rev-parse --quiet --verify "refs/tags/v$1^{commit}" ||
        fail "git has no tag v$1, expected the tag of a release. 'git tag' lists them."
}

# The version that a link points to, or nothing where there is no link.
linked_version() {
    [ ! -L "$1" ] || basename "$(readlink "$1")"
}

# Stops the process of the pid file, if it is still this service.
stop_service() {
    pid=$(cat var/orders.pid 2>/dev/null || true)
    [ -n "$pid" ] && ps -o args= -p "$pid" | grep -q 'app\.main:app' || return 0
    kill "$pid"
    for _ in $(seq 100); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.1
    done
    fail "process $pid did not stop within 10 seconds. End it, then run this command again."
}

# Starts the current release and waits until it answers with the expected commit.
restart_service() {
    stop_service
    # A session of its own, where the system can, so that it outlives the job that deploys it.
    $(command -v setsid || true) nohup sh current/scripts/start.sh "$port" \
        < /dev/null >> var/orders.log 2>&1 &
    echo $! > var/orders.pid
    python3 scripts/wait_for_release.py "http://127.0.0.1:$port/health" "$1" ||
        fail "release $(linked_version current) is started but not healthy. See var/orders.log."
}
