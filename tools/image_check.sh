#!/usr/bin/env bash
# Builds the container's image as Containerfile says, and does a run in it whose folder has to belong to the one who started it.
# Where neither podman nor docker runs the image of Python that it is made from, it says so and is content.
set -euo pipefail
cd "$(dirname "$0")/.."

base=$(sed -n 's/^FROM \([^ ]*\)$/\1/p' Containerfile)
engine=""
for name in podman docker; do
  if timeout 300 "$name" run --rm "$base" true >/dev/null 2>&1; then engine=$name && break; fi
done
if [ -z "$engine" ]; then echo "image: neither podman nor docker runs $base here: not built" && exit 0; fi

"$engine" build -q -t rtconform-check . >/dev/null
if [ "$engine" = podman ] && [ "$(id -u)" -ne 0 ]; then me="--userns=keep-id:uid=10001,gid=10001"; else me="--user=$(id -u):$(id -g)"; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp tests/vendors/correct/{coder.py,reading.py,vendor.toml} "$work"
"$engine" run --rm "$me" -v "$work:/work" rtconform-check run vendor.toml --suite published --out run
test -O "$work/run/report.html"
echo "image: built by $engine, and a run in it is ours"
