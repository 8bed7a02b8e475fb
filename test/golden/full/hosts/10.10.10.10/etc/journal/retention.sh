# Deletes lines that are older than the inventory says, in whole files: those that nothing was written to since. So that old
# lines end up in such a file, the file of a node is closed after a quarter of that time: it gets the name that systemd gives
# to files that were not closed (sd-journal, journal_file_dispose), which journal-remote also counts for MaxUse.
set -eu
cd /data/journal
now=$(date +%s)
keep=$((15 * 86400))
number=0
for file in *.journal *.journal~; do
    [ -f "$file" ] || continue
    # shellcheck disable=SC2046 # two numbers: the last change, and the birth
    set -- $(stat -c '%Y %W' -- "$file")
    if [ "$1" -lt $((now - keep)) ]; then
        rm -f -- "$file"
        continue
    fi
    case $file in
    *@*) continue ;;
    esac
    [ "$2" -lt $((now - keep / 4)) ] || continue
    number=$((number + 1))
    mv -- "$file" "${file%.journal}@$(printf '%016x-%016x' "$((now * 1000000))" "$number").journal~"
done
