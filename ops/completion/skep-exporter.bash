# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of skep-exporter for bash. Printed by ops/completion/program-words; do not edit.
_skep_exporter()
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
        --listen=
        --queue=
        --max-queues=
        --interval=
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
complete -o default -F _skep_exporter skep-exporter
