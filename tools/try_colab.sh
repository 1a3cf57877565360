#!/usr/bin/env bash
# tools/try_colab.sh [CHAPTER ... | all]: runs chapters as a reader in Colab does, as far as that goes without Colab.
#
# A fresh virtual environment for each set of versions in tools/colab/, without facelib and without what a chapter before had added; an
# empty folder with nothing in it but the notebook; COLAB_RELEASE_TAG set, as Colab sets it. The set-up cell installs facelib, from a clone of the last commit instead of the
# public address, and the notebook runs from top to bottom, with the widgets that a build leaves out. One line a chapter; fails where a
# chapter fails, or where the set-up cell changed a package that was there. Takes 6 GB for a set at a time.
#
# SETS="oldest colab"   which sets (default: all); the comment on top of a set names its Python
# KEEP=DIR              where the environments are, and stay (default: a temporary folder, one environment at a time)
set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD
SETS=${SETS:-$(basename -s .txt tools/colab/*.txt)}
if [ $# -eq 0 ] || [ "$1" = all ]; then
    set -- $(cd book && basename -s .ipynb -- *.ipynb)
fi
for chapter; do
    [ -f "book/$chapter.ipynb" ] || { echo "book/$chapter.ipynb: there is no such notebook"; exit 2; }
done
if [ -n "$(git status --porcelain)" ]; then
    echo "note: changes that are not committed are not tried"
fi

work=${KEEP:-$(mktemp -d)}
mkdir -p "$work"
work=$(cd "$work" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"; [ -n "${KEEP:-}" ] || rm -rf "$work"' EXIT
git clone --quiet --no-hardlinks "file://$root" "$scratch/facelib" || exit 1
git -C "$scratch/facelib" config uploadpack.allowFilter true

# What the set-up cell must leave alone: everything that was there before. What it adds is named.
packages() { "$1/bin/python" -m pip list --format=freeze | sort; }

environment() { # makes $work/SET, unless it is there
    local set=$1 wanted python
    [ -f "$work/$set/.ready" ] && return
    wanted=$(sed -n 's/^# Python \([0-9.]*\).*/\1/p' "tools/colab/$set.txt")
    python=$(command -v "${PYTHON:-python$wanted}") && "$python" --version > /dev/null 2>&1 || {
        python=python3
        echo "note: no Python $wanted here; $set is tried with $($python --version)"
    }
    "$python" -m venv "$work/$set" \
        && "$work/$set/bin/python" -m pip install -qq --no-cache-dir --disable-pip-version-check -r "tools/colab/$set.txt" \
        && touch "$work/$set/.ready"
}

try() { # one chapter in one environment; prints its line
    local set=$1 chapter=$2 venv=$work/$1 folder started seconds result=ok
    folder=$(mktemp -d -p "$scratch")
    cp "$scratch/facelib/book/$chapter.ipynb" "$folder"
    "$venv/bin/python" -m pip uninstall --quiet --yes facelib $(cat "$venv/.added" 2> /dev/null) 2> /dev/null
    packages "$venv" > "$scratch/before"
    started=$(date +%s)
    (
        cd "$folder" || exit 1
        unset PYTHONPATH FACELIB_DATA FACELIB_TIER
        export HOME=$folder XDG_CACHE_HOME=$folder/.cache PATH=$venv/bin:$PATH JUPYTER_PREFER_ENV_PATH=1
        export COLAB_RELEASE_TAG=try-colab FACELIB_REPOSITORY="file://$scratch/facelib" FACELIB_PUBLISHED="file://$scratch/facelib/book"
        jupyter execute --timeout=1800 --NbClientApp.skip_cells_with_tag=none "$chapter.ipynb" --inplace
    ) > "$scratch/log" 2>&1 || result="failed: $(sed 's/\x1b\[[0-9;]*m//g' "$scratch/log" | grep -E '^[A-Za-z.]*(Error|Exception)\b' | tail -1)"
    seconds=$(($(date +%s) - started))
    packages "$venv" > "$scratch/after"
    changed=$(comm -23 "$scratch/before" "$scratch/after" | paste -sd' ')
    added=$(comm -13 "$scratch/before" "$scratch/after" | grep -v '^facelib[=@ ]' | cut -d= -f1 | paste -sd' ')
    echo "$added" > "$venv/.added"
    [ -z "$changed" ] || { result="failed: the set-up cell changed $changed"; rm "$venv/.ready"; }
    "$venv/bin/python" - "$folder/$chapter.ipynb" <<'PY' > "$scratch/said" 2> "$scratch/trouble" || result="failed: $(cat "$scratch/trouble")"
import json, sys
notebook = json.load(open(sys.argv[1]))
cells = [cell for cell in notebook["cells"] if "setup" in cell["metadata"].get("tags", [])]
said = [line for cell in cells for output in cell["outputs"] for line in "".join(output.get("text", "")).splitlines()]
print(*(line for line in said if line.strip() and "kernel" not in line), sep="\n")
for kept in notebook["metadata"].get("widgets", {}).values():
    for widget in kept["state"].values():  # a widget shows its errors, and does not raise them
        if "facelib-error" in str(widget["state"].get("value")):
            sys.exit(f"a widget shows {widget['state']['value']}")
PY
    printf '%-8s %-16s %4d s  %s%s\n' "$set" "$chapter" "$seconds" "$result" "${added:+; added $added}"
    sed 's/^/         /' "$scratch/said" | sort -u
    [ "$result" = ok ] || { tail -25 "$scratch/log" | sed 's/^/         /'; return 1; }
}

failed=0
for set in $SETS; do
    environment "$set" || { echo "$set: the environment cannot be made"; failed=1; continue; }
    for chapter; do
        try "$set" "$chapter" || failed=1
    done
    [ -n "${KEEP:-}" ] || rm -rf "${work:?}/$set"
done
exit $failed
