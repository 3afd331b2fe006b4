# Answers out_of_scope, with the id cut out of the case by the shell alone; reads /dev/stdin by name, as scripts do.
case_id=$(sed -n 's/.*"id":"\([^"]*\)","patient".*/\1/p' /dev/stdin)
echo "asked for $case_id" > /dev/stderr
printf '{"id": "%s", "outcome": "out_of_scope"}\n' "$case_id"
