#!/bin/sh
# Writes a random token for each customer of settings/local.toml, where there is none yet.
# usage: scripts/local-secrets.sh
set -eu
cd "$(dirname "$0")/.."

umask 077
mkdir -p var/secrets
for customer in alice bob; do
    file=var/secrets/$customer
    [ -s "$file" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "$file"
done
