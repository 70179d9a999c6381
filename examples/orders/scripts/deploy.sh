#!/bin/sh
# Builds a tagged release beside the running one, migrates the database, and switches over.
# Safe to run again: a release that is already built is used as it is.
# usage: scripts/deploy.sh VERSION      (PORT in the environment, default 8000)
set -eu
cd "$(dirname "$0")/.."
. scripts/release.sh

[ $# -eq 1 ] && [ -n "$1" ] || fail "usage: scripts/deploy.sh VERSION"
version=$1
commit=$(commit_of "$version")
release=releases/$version

# Releases with the same requirements.lock share one environment.
build_environment() {
    environment=releases/environments/$(git hash-object "$release/requirements.lock")
    if [ ! -f "$environment/complete" ]; then
        python3 -m venv --clear "$environment"
        "$environment/bin/pip" install --quiet --requirement "$release/requirements.lock"
        touch "$environment/complete"
    fi
    ln -s "../../$environment" "$release/.venv"
}

build() {
    rm -rf "$release"
    mkdir -p "$release" var
    git archive --output "$release/source.tar" "$commit"
    tar -x -f "$release/source.tar" -C "$release"
    rm "$release/source.tar"
    ln -s ../../var "$release/var"
    build_environment
    echo "$commit" > "$release/COMMIT"
}

if [ -f "$release/COMMIT" ] && [ "$(cat "$release/COMMIT")" = "$commit" ]; then
    echo "release $version is already built from $commit"
else
    echo "building release $version from $commit"
    build
fi

echo "migrating the database"
(cd "$release" && .venv/bin/python -m app.migrate)

running=$(linked_version current)
if [ "$running" != "$version" ]; then
    [ -z "$running" ] || ln -sfn "releases/$running" previous
    ln -sfn "$release" current
fi
restart_service "$commit"
echo "release $version runs on port $port"
