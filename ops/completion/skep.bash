# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completion of skep for bash. Printed by `skep completion bash`; do not edit.
_skep_choose()
{
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "${COMP_WORDS[COMP_CWORD]}")
}

_skep()
{
    local command=${COMP_WORDS[1]} words=''

    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _skep_choose 'run sweep push results watch wait status top why logs report queues job cancel dead replay pause resume holes verify diff peek plot limits audit chaos cost bench doctor evidence kernels help --help --version'
        return
    fi
    case $command in
    help)
        _skep_choose 'run sweep push results watch wait status top why logs report queues job cancel dead replay pause resume holes verify diff peek plot limits audit chaos cost bench doctor evidence kernels'
        return
        ;;
    job)
        if ((COMP_CWORD == 2)); then
            _skep_choose 'ls forget'
            return
        fi
        command+=" ${COMP_WORDS[2]}"
        ;;
    dead)
        if ((COMP_CWORD == 2)); then
            _skep_choose 'ls show requeue purge export'
            return
        fi
        command+=" ${COMP_WORDS[2]}"
        ;;
    esac
    case ${COMP_WORDS[COMP_CWORD - 1]} in
    -q | --queue)
        _skep_choose "$(skep queues --wait 0 --connect-timeout 0.5 2>/dev/null)"
        return
        ;;
    esac
    case $command in
    'run') words='--slots --results --ordered --array --shape --resume --fresh --data --output --state --keep --max-record --memory --quiet --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'sweep') words='--grid --zip --ranges --split --axis --pairs --pairs-unordered --random --lines --files --times --filter --take --order --const --seed --out --dtype --fill --reduce --stop --results --retries --timeout --backoff --dry-run --resume --force --slots --data --output --memory --quiet --queue --job --detach --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'push') words='--queue --job --skip-bad --allow-unknown-kernel --max-record --raw --no-wait --dry-run --quiet --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'results') words='--queue --output --count --follow --timeout --quiet --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'watch') words='--queue --quiet --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'wait') words='--queue --job --timeout --quiet --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'status') words='--queue --job --json --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'top') words='--queue --interval --read-only --once --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'why') words='--queue --worker --task --max --json --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'logs') words='--queue --id --follow --lines --json --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'report') words='--queue --json --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'queues') words='--redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'job ls') words='--queue --json --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'job forget') words='--queue --older --force --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'cancel') words='--queue --job --id --quiet --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'dead ls') words='--queue --list --json --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'dead show') words='--queue --raw --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'dead requeue') words='--queue --all --cause --kernel --job --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'dead purge') words='--queue --all --cause --kernel --job --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'dead export') words='--queue --why --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'replay') words='--queue --record --data --output --gdb --memory --cache --max-record --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'pause') words='--queue --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'resume') words='--queue --job --slots --data --output --memory --results --detach --quiet --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'holes') words='--json --quiet' ;;
    'verify') words='--quiet' ;;
    'diff') words='--quiet' ;;
    'peek') words='--digits --plain --json' ;;
    'plot') words='--output --title' ;;
    'limits') words='--queue --max-depth --max-results --max-dead --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'audit') words='--queue --json --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'chaos') words='--list --seed --long --give-up --output --keep --programs' ;;
    'cost') words='--data --slots --memory --cache --max-record' ;;
    'bench') words='--seconds --data --memory --cache --fast --self --json' ;;
    'doctor') words='--queue --role --data --output --all --json --quiet --watch --interval --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout' ;;
    'evidence') words='--queue --out --max --redis --password-file --tls-ca --tls-ca-dir --tls-cert --tls-key --connect-timeout --read-timeout --wait' ;;
    'kernels') words='--json --markdown' ;;
    esac
    if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
        _skep_choose "$words --help"
    elif [[ $command == kernels ]]; then
        _skep_choose "$(skep kernels | sed '/^$/,$d; s/ .*//')"
    fi
}
complete -o default -F _skep skep
