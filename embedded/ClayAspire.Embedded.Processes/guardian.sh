# Outlives the host just long enough to end the host's children. The host holds the other end of our standard
# input: however the host ends, also by SIGKILL, that pipe closes, and what is still on the list is ended.
# Lines:  add TARGET SIGNAL | drop TARGET | temp DIRECTORY | untemp DIRECTORY | bye    (TARGET as for kill: -PGID or PID)
# First argument: a mark that every child carries in its environment.
trap '' INT TERM HUP QUIT
targets=""
temps=""
bye=""
while read -r verb value extra; do
  case $verb in
    add) targets="$targets $value/$extra" ;;
    drop) kept=""; for t in $targets; do [ "${t%/*}" = "$value" ] || kept="$kept $t"; done; targets=$kept ;;
    temp) temps="$temps $value" ;;
    bye) bye=1 ;;
    untemp) kept=""; for t in $temps; do [ "$t" = "$value" ] || kept="$kept $t"; done; temps=$kept ;;
  esac
done
if [ -z "$bye" ] && [ -d /proc/self ]; then
  # The host may have died between starting a child and telling of it: such a child carries the mark.
  sleep 0.2
  for e in /proc/[0-9]*/environ; do
    p=${e#/proc/}
    p=${p%/environ}
    [ "$p" != $$ ] && grep -qsF "$1" "$e" && targets="$targets $p/TERM"
  done
fi
for t in $targets; do kill -s "${t##*/}" -- "${t%/*}" 2>/dev/null; done
rounds=0
while [ $rounds -lt 40 ]; do
  left=""
  for t in $targets; do kill -s 0 -- "${t%/*}" 2>/dev/null && left=1; done
  [ -z "$left" ] && break
  rounds=$((rounds + 1))
  sleep 0.1
done
for t in $targets; do kill -s KILL -- "${t%/*}" 2>/dev/null; done
for t in $temps; do case $t in */clayaspire-temp-*) rm -rf -- "$t" ;; esac; done
