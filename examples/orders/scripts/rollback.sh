#!/bin/sh
# Switches back to an earlier release. Only the code goes back: the database keeps its schema.
# With --dry-run it makes the same checks, says what it would do, and changes nothing.
# usage: scripts/rollback.sh [--dry-run] [VERSION]      (PORT in the environment, default 8000)
set -eu
cd "$(dirname "$0")/.."
. scripts/release.sh

dry_run=no
if [ "${1:-}" = --dry-run ]; then
    dry_run=yes
    shift
fi
[ $# -le 1 ] || fail "usage: scripts/rollback.sh [--dry-run] [VERSION]"

# From where: the deployed release or, in a dry run before the first deployment, this checkout.
if [ -L current ]; then
    running=$(linked_version current)
    running_commit=$(cat current/COMMIT)
    earlier=$(linked_version previous)
else
    [ $dry_run = yes ] || fail "no release is deployed here. Deploy one with 'make deploy VERSION=...'."
    running=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
    running_commit=$(git rev-parse HEAD)
    earlier=$(git describe --tags --abbrev=0 --match 'v[0-9]*' --exclude "v$running" 2>/dev/null |
        sed 's/^v//')
fi

# To where.
version=${1:-$earlier}
[ -n "$version" ] || fail "no release before $running is known. Name it with VERSION=..., if there is one."
commit=$(commit_of "$version")
[ "$commit" != "$running_commit" ] || fail "release $version is the one that runs."
git merge-base --is-ancestor "$commit" "$running_commit" ||
    fail "release $version is not before $running. A newer one is deployed, not rolled back to."
if [ -L current ]; then
    [ "$(cat "releases/$version/COMMIT" 2>/dev/null)" = "$commit" ] ||
        fail "releases/$version was not built from $commit. Use 'make deploy VERSION=$version'."
fi

# The earlier release has to run on the schema of the later one.
migrations=$(git diff --name-only --no-renames --diff-filter=AM --relative \
    "$commit" "$running_commit" -- migrations/versions)
for migration in $migrations; do
    git show "$running_commit:./$migration" | grep -qx 'rollback_safe = True' ||
        fail "$migration is not rollback safe. See 'When the schema has to go back' in docs/runbook.md."
    echo "schema: $migration may stay"
done

if [ $dry_run = yes ]; then
    echo "dry run: would switch from release $running to $version ($commit) and restart"
    exit 0
fi

echo "switching from release $running to $version ($commit)"
ln -sfn "releases/$version" current
rm -f previous
restart_service "$commit"
echo "release $version runs on port $port"
