#!/bin/sh
# A backup of Belfort's PostgreSQL for this day, read back, in FOLDER and, where there is one, in SECOND (another disk or
# machine). Seven days and the Mondays of four weeks stay. Once a night, by cron or a timer, as a user who may read the database:
#   15 2 * * * /opt/belfort/deploy/pg-backup.sh postgresql://belfort@db/belfort /srv/backups /mnt/elsewhere
set -eu
umask 077
url=$1 folder=$2 second=${3:-}
name=belfort-$(date +%F).dump
mkdir -p "$folder"
pg_dump --format=custom --file="$folder/$name.part" "$url"
pg_restore --file=/dev/null "$folder/$name.part" # reads all of it
mv "$folder/$name.part" "$folder/$name"
if [ -n "$second" ]; then
    mkdir -p "$second"
    cp "$folder/$name" "$second/$name.part"
    mv "$second/$name.part" "$second/$name"
fi
for place in "$folder" ${second:+"$second"}; do
    for kept in "$place"/belfort-????-??-??.dump; do
        day=${kept##*/belfort-} day=${day%.dump}
        age=$((($(date +%s) - $(date -d "$day" +%s)) / 86400))
        [ "$age" -lt 7 ] || { [ "$age" -lt 28 ] && [ "$(date -d "$day" +%u)" = 1 ]; } || rm "$kept"
    done
done
