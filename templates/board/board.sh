#!/usr/bin/env bash
# One night of a board: every vendor is asked, and the board of all nights is built in public/. Exit code: 0, or that of a vendor
# that could not be asked (2, 3) or of a board on which something could not be read (2). A vendor that is not conformant fails nothing.
set -u
status=0
night=$(date -u +%Y-%m-%dT%H%M%S)
for vendor in vendors/*/vendor.toml; do
  outcome=0
  out=runs/$(basename "$(dirname "$vendor")")/$night
  rtconform run "$vendor" --suite "${SUITES:-published,boundaries}" --out "$out" --quiet || outcome=$?
  if [ "$outcome" -gt 1 ]; then status=$outcome; fi
done
mkdir -p certificates
rtconform board runs certificates --out board --title "${TITLE:-Conformance of vendors}" \
  ${KEY:+--public-key "$KEY"} ${COMMITMENTS:+--commitments "$COMMITMENTS"} || status=$?
rm -rf public
if [ -f board/index.html ]; then
  mkdir public
  cp board/* public/ # without the hidden files, which are the next build's
fi
exit "$status"
