#!/usr/bin/env bash
# Exports each field of the secret AWS_SECRETS_NAME as an environment variable, then becomes the command that it
# is given. Needs bash 4.4, jq and the aws command line. A value is only ever in a pipe and in the environment:
# on no command line, in no file, in no log.
set -euo pipefail
set +x

: "${AWS_SECRETS_NAME:?must name the secret}" "${AWS_REGION:?must name its Region}"
(($# > 0)) || { echo "entrypoint.sh: no command to become: give the task definition one" >&2; exit 64; }

# Name, NUL, value, NUL, and so on: no variable can hold a NUL, and any other character passes. What jq itself
# says of a text that it cannot parse would quote it.
fields() {
  aws secretsmanager get-secret-value \
    --secret-id "$AWS_SECRETS_NAME" --region "$AWS_REGION" --output json |
    jq --join-output '
      [.SecretString | try fromjson catch null][0]
      | if type != "object" then error("the secret is no JSON object") else to_entries[] end
      | .key, (.value | if type == "string" then . else tojson end)
      | if explode | index(0) then error("a field of the secret holds a NUL") else . + "\u0000" end'
}

load() {
  local name value
  while IFS= read -r -d '' name && IFS= read -r -d '' value; do
    if [[ $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]; then
      declare -gx "$name=$value"
    else
      echo "entrypoint.sh: the field \"$name\" is no name of a variable: left out" >&2
    fi
  done < <(fields)
  wait $! # A secret that cannot be read stops the task, which is better than an application without it.
}

load
exec "$@"
