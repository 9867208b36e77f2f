# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of skep-worker for bash. Printed by ops/completion/program-words; do not edit.
_skep_worker()
{
    local words=(
        --redis=
        --password-file=
        --tls-ca=
        --tls-ca-dir=
        --tls-cert=
        --tls-key=
        --connect-timeout=
        --read-timeout=
        --queue=
        --strict
        --slots=
        --data=
        --output=
        --grace=
        --task-time=
        --task-memory=
        --core-dumps
        --recycle-tasks=
        --recycle-rss=
        --memory=
        --cache=
        --max-record=
        --retries=
        --backoff=
        --backoff-max=
        --sync-outputs
        --accounts
        --log-level=
        --log-format=
        --config=
        --describe-metrics
        --help
        --version
    )

    mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "${COMP_WORDS[COMP_CWORD]}")
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace
    return 0
}
complete -o default -F _skep_worker skep-worker
