#!/bin/sh
# A coder with one fault, its only rule: everything is 77407, once, for the first session.
case=$(tr -d '\r\n')
id=$(printf '%s' "$case" | sed -n 's/^{[^{]*"id" *: *"\([^"]*\)".*/\1/p')
session=$(printf '%s' "$case" | sed -n 's/.*"sessions" *: *\[ *{[^{}]*"id" *: *"\([^"]*\)".*/\1/p')
printf '{"id": "%s", "outcome": "coded", "lines": [{"session": "%s", "code": "77407", "modifiers": [], "units": 1}]}\n' \
    "$id" "${session:-S1}"
