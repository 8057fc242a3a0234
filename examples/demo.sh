#!/usr/bin/env bash
# The main job on real input: one account, its Safe in a folder, half a year of time, a lost phone
# and a forgotten one, the identity on paper, a chat archive.
# Usage: demo.sh, with `tresor` in PATH. Works in a folder of its own and removes it.
set -eu

examples=$(cd "$(dirname "$0")" && pwd)
account=$examples/account.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export XDG_STATE_HOME=$work/phone

start=$(date -u +%Y-%m-%dT%H:%M:%SZ)
later() { date -u -d "$start + $1" +%Y-%m-%dT%H:%M:%SZ; }
chapter() { printf '\n\033[1m%s\033[0m\n' "$*"; }
say() { printf '\033[2m%s\033[0m\n' "$*"; }
run() {
    printf '$ %s\n' "$*"
    "$@" 2>&1
}
# A run that must fail, and with which exit code.
refused() {
    local code=$1 got=0
    shift
    printf '$ %s\n' "$*"
    "$@" 2>&1 || got=$?
    [ "$got" = "$code" ] || { echo "expected exit code $code, got $got"; exit 1; }
}
nickname() { sed -i "s/\"nickname\":\"Mæja[^\"]*\"/\"nickname\":\"Mæja $1\"/" account.json; }

echo 'three quiet otters' > password
cp "$account" account.json

chapter '1. An account: 200 contacts, umlauts, emoji. Would the apps read it?'
run tresor safe check account.json

chapter '2. A place for backups, and the Safe of this account in it'
run tresor store init safe
run tresor safe enable --id TRESOR01 --store safe --data account.json --password-file password --at "$start"

chapter '3. What whoever owns the folder sees: a name that tells nothing, bytes that tell nothing'
name=$(ls safe/backups)
run ls -l safe/backups
run od -A d -t x1z -N 64 "safe/backups/$name"
say "The name comes from password and ID: $(tresor safe keys --id TRESOR01 --password-file password | sed -n 's/^backup id *//p' | cut -c1-16)..."

chapter '4. The cycle: an hour later something has changed, but that is too early; a day later it is not'
nickname '🌷'
run tresor safe backup --at "$(later '1 hour')"
run tresor safe backup --at "$(later '24 hours')"
run tresor safe verify --at "$(later '25 hours')"

chapter '5. The phone is lost. On another one: ID, password and the folder are enough, and it goes on from there'
mv phone lost-phone
run tresor safe restore --id TRESOR01 --store safe --out restored.json --password-file password
tresor safe check account.json --canonical before.json > /dev/null
run cmp before.json restored.json && say 'Equal, byte for byte.'
refused 12 tresor safe enable --id TRESOR01 --store safe --data account.json --password-file password --at "$(later '26 hours')"
run tresor safe enable --replace --id TRESOR01 --store safe --data account.json --password-file password --at "$(later '26 hours')"

chapter '6. What is not right is refused'
echo 'three quiet ottern' > typo
refused 7 tresor safe restore --id TRESOR01 --store safe --out x.json --password-file typo
cp "safe/backups/$name" damaged
printf '\0' | dd of=damaged bs=1 seek=5000 conv=notrunc status=none
refused 5 tresor safe open --id TRESOR01 damaged x.json --password-file password
head -c 5000 /dev/urandom > foreign
refused 5 tresor safe open --id TRESOR01 foreign x.json --password-file password
head -c 50 "safe/backups/$name" > cut
refused 3 tresor safe open --id TRESOR01 cut x.json --password-file password

chapter '7. Half a year: what the cycle decides, and why'
printf '%-5s %-21s %s\n' day 'what happened' 'decision'
day() {  # DAY WHAT [COMMAND...]
    local when=$1 what=$2 decision
    shift 2
    "$@"
    decision=$(tresor safe backup --at "$(later "$when days")" 2>problem | head -n 1)
    [ -s problem ] && decision="${decision:-failed} ($(sed 's/^tresor: //; s|/.*/||' problem))"
    printf '%-5s %-21s %s\n' "$when" "$what" "$decision"
}
day 2 'nothing' true
day 3 'a new nickname' nickname '🍂'
day 3 'another one' nickname '❄️'
day 4 'nothing since' true
day 30 'nothing' true
day 60 'nothing' true
day 93 'nothing' true
day 94 'nothing' true
mv safe safe-away
day 120 'the disk is away' true
day 121 'away, and a change' nickname '🏔️'
mv safe-away safe
day 122 'it is back' true
day 181 'nothing' true
say 'Unchanged content goes up again after half of the 180 days that the store keeps it.'

chapter '8. Another password: the new backup first, then the old one goes'
echo 'four loud herons' > password2
run tresor safe passwd --new-password-file password2 --at "$(later '181 days')"
refused 7 tresor safe restore --id TRESOR01 --store safe --out x.json --password-file password

chapter '9. A second phone was enabled on the first day and then not opened for 181 days: the sweep drops its backup'
export XDG_STATE_HOME=$work/phone2
tresor safe enable --id TRESOR02 --store safe --data account.json --password-file password --at "$start" > /dev/null 2>&1
forgotten=$(tresor safe status --json | sed 's/.*"backup_id":"\([0-9a-f]*\)".*/\1/')
export XDG_STATE_HOME=$work/phone
for file in safe/backups/*; do touch -d "$(later '181 days')" "$file"; done
touch -d "$start" "safe/backups/$forgotten"
say '(--at moves only our own clock: the files were given the dates that they would have.)'
run tresor store list safe backups/ --at "$(later '181 days')"
run tresor store sweep safe --at "$(later '181 days')"
export XDG_STATE_HOME=$work/phone2
refused 7 tresor safe verify --at "$(later '181 days')"
export XDG_STATE_HOME=$work/phone

chapter '10. The identity alone, as a text to print and lock away'
run tresor id export --id TRESOR01 --from-store safe --safe-password-file password2 --password-file password --out code --sheet sheet.html
run cat code
sed 's/-/ /g; y/ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/' code > typed
run tresor id import typed --password-file password
sed 's/.$/8/' code > misread
refused 3 tresor id import misread --password-file password

chapter '11. A chat archive: is it whole, what is in it, and how does it read?'
cp "$examples/chats.zip" threema-backup.zip
echo 'backup-demo-1' > archive-password
run tresor data verify threema-backup.zip --password-file archive-password
run tresor data list threema-backup.zip --password-file archive-password
run tresor data export threema-backup.zip chats --password-file archive-password
run find chats -name '*.html'
run tresor data export threema-backup.zip text --format text --chat ECHOECHO --password-file archive-password
run cat "text/Echo ECHOECHO.txt"
head -c 20000 threema-backup.zip > incomplete.zip
refused 3 tresor data verify incomplete.zip --password-file archive-password
run tresor data salvage incomplete.zip saved.zip --password-file archive-password

chapter '12. Another password, less in it, two in one, and a copy in a safe place every month'
echo 'five brave wombats' > archive-password2
run tresor data filter threema-backup.zip echo.zip --chat ECHOECHO --password-file archive-password --new-password-file archive-password2 --at "$start"
run tresor data merge echo.zip threema-backup.zip both.zip --password-file archive-password2 --second-password-file archive-password --at "$start"
run tresor data extract both.zip files --password-file archive-password2
run tresor data create files again.zip --password-file archive-password2 --at "$start"
run tresor data verify again.zip --password-file archive-password2
mkdir nas
for month in 01 02 03; do
    run tresor data put again.zip --store nas --keep monthly:2 --password-file archive-password2
    tresor data create files again.zip --force --password-file archive-password2 --at "$(later "$((31 * ${month#0})) days")" --tz UTC > /dev/null 2>&1
done
run tresor data status --store nas --every monthly --at "$(later '62 days')"
run tresor data schedule --every monthly --last 2026-01-31T20:00:00Z --at "$(later '62 days')"

chapter '13. What a person reads at the end'
run tresor safe status --at "$(later '182 days')"
