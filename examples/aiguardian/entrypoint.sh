#!/usr/bin/env bash
# Exports each field of the secret AWS_SECRETS_NAME as an environment variable, then becomes the given command.
# Needs bash 4.4, jq and the aws command line. Values appear only in pipes and in the environment, never on a
# command line, in a file or in a log.
set -euo pipefail
set +x

: "${AWS_SECRETS_NAME:?must name the secret}" "${AWS_REGION:?must name its Region}"
(($# > 0)) || { echo "entrypoint.sh: no command given: set command in the task definition" >&2; exit 64; }

# Prints name, NUL, value, NUL, and so on: variables can hold any character but NUL. Parse errors are caught
# because jq's own message would quote the secret.
fields() {
  aws secretsmanager get-secret-value \
    --secret-id "$AWS_SECRETS_NAME" --region "$AWS_REGION" --output json |
    jq --join-output '
      [.SecretString | try fromjson catch null][0]
      | if type != "object" then error("the secret is not a JSON object") else to_entries[] end
      | .key, (.value | if type == "string" then . else tojson end)
      | if explode | index(0) then error("a field of the secret contains a NUL") else . + "\u0000" end'
}

load() {
  local name value
  while IFS= read -r -d '' name && IFS= read -r -d '' value; do
    if [[ $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]; then
      declare -gx "$name=$value"
    else
      echo "entrypoint.sh: skipped the field \"$name\": not a valid variable name" >&2
    fi
  done < <(fields)
  wait $! # If the secret cannot be read, stop the task: better than starting the application without it.
}

load
exec "$@"
