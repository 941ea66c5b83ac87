# Runs inside the microVM (eng/microvm): a kernel on which criu works. Prints 'name: value' lines that CheckpointTests reads.
say() { echo "$1: $(eval "$2" 2>&1 | tr '\n' ' ' | sed 's/ $//')"; }
runtime() { sampan-runtime --log /run/log "$@"; }
# A bundle whose program counts into a file of a volume of the host; $1 is its name, $2 more of its config as an expression of sed.
bundle() {
  mkdir -p /run/b/$1/rootfs /run/b/$1/out; tar -C /run/b/$1/rootfs -xf /busybox.tar
  sampan-runtime spec --bundle /run/b/$1
  sed -i 's/"terminal": *true/"terminal": false/' /run/b/$1/config.json
  sed -i "s|\"sh\"|\"sh\",\"-c\",\"i=0; while :; do i=\$((i+1)); echo \$i > /out/n.new; mv /out/n.new /out/n; sleep 0.05; done\"|" /run/b/$1/config.json
  sed -i "s|\"mounts\": \[|\"mounts\": [{\"destination\": \"/out\", \"type\": \"bind\", \"source\": \"out\", \"options\": [\"bind\", \"rw\"]},|" /run/b/$1/config.json
  [ -z "$2" ] || sed -i "$2" /run/b/$1/config.json
}
count() { cat /run/b/$1/out/n; }
# Waits until a counter is above a number, at most 30 s; prints whether it came to that.
passes() { for i in $(seq 300); do [ "$(count $1)" -gt $2 ] 2>/dev/null && { echo yes; return; }; sleep 0.1; done; echo "no, it is at $(count $1)"; }
stands() { a=$(count $1); sleep 0.5; [ "$a" = "$(count $1)" ] && echo stands || echo moves; }
field() { runtime state $1 | sed -n "s/.*\"$2\": \"\{0,1\}\([^\",]*\).*/\1/p"; }

# Saved and brought back: it counts on from where it was, in its cgroup with its limits.
bundle plain 's|"resources": {|"resources": {"pids": {"limit": 50},|'
cd /run/b/plain
runtime run -d plain < /dev/null > /dev/null 2>&1
passes plain 5 > /dev/null
say checkpoint 'runtime checkpoint plain; echo $?'
say gone 'runtime state plain > /dev/null 2>&1; echo $?; stands plain; find /sys/fs/cgroup -name plain'
at=$(count plain)
say restore 'runtime restore -d --pid-file /run/pid plain < /dev/null > /dev/null 2>&1; echo $?; field plain status; [ $(cat /run/pid) = $(field plain pid) ] && echo pid'
say counts "passes plain $at; [ \$(count plain) -lt $((at + 400)) ] && echo on"
say cgroup 'grep -c . /sys/fs/cgroup/plain/cgroup.procs; cat /sys/fs/cgroup/plain/pids.max; cat /proc/$(field plain pid)/cgroup'
say exec 'runtime exec plain sh -c "hostname; cat /proc/1/comm; ls /out"'
say paused 'runtime pause plain; field plain status; stands plain; runtime resume plain; passes plain $(count plain)'
runtime kill plain KILL
sleep 0.3
say deleted 'runtime delete plain; echo $?; grep -c criu-root /proc/mounts; ls /run/sampan-runtime | grep -c plain'

# Left running, twice saved incrementally, restored from the last.
bundle more
cd /run/b/more
runtime run -d more < /dev/null > /dev/null 2>&1
passes more 5 > /dev/null
say leave-running 'runtime checkpoint --leave-running --image-path images --work-path work more; echo $?; field more status; passes more $(count more); ls images/inventory.img work/dump.log'
say pre-dump 'runtime checkpoint --pre-dump --image-path parent more; echo $?; field more status; ls parent | grep -c pages'
say bad-parent 'runtime checkpoint --parent-path /run/b/more/parent --image-path last more; runtime checkpoint --parent-path ../nowhere --image-path last more'
say dump 'runtime checkpoint --parent-path ../parent --image-path last more; echo $?; ls last/parent | grep -c pages'
at=$(count more)
say restored 'runtime restore -d --image-path last more < /dev/null > /dev/null 2>&1; echo $?; passes more '$at
runtime delete --force more

# In the foreground: the exit code of the restored program, its streams connected anew, its hooks run; a link on the way to a volume.
bundle front 's|"i=0.*done"|"echo one; read x; echo two $x; exit 7"|; s|"linux": {|"hooks": {"prestart": [{"path": "/bin/sh", "args": ["sh", "-c", "cat > /run/hook"]}]}, "linux": {|; s|"destination": "/out"|"destination": "/link/out"|'
cd /run/b/front
mkdir rootfs/real; ln -s real rootfs/link
mkfifo /run/in; sleep 1000 > /run/in & keep=$!
(exec 3< /run/in; cat <&3 | runtime run front 2>&1 | cat > /run/first) & first=$!
for i in $(seq 100); do grep -q one /run/first 2>/dev/null && break; sleep 0.1; done
say front-checkpoint 'runtime checkpoint front; echo $?'
kill $keep; wait $first
rm -rf rootfs/real/out
say front-restore 'echo three | runtime restore front | cat; runtime state front > /dev/null 2>&1; echo $?; sed -n "s/.*\"status\":\"\([a-z]*\)\".*/\1/p" /run/hook'
say front-code 'rm -r checkpoint; (sleep 1000 | runtime run front 2>&1 | cat > /run/second &); for i in $(seq 100); do grep -q one /run/second 2>/dev/null && break; sleep 0.1; done; runtime checkpoint front; { echo x | runtime restore front; echo $?; } | cat'

# On a terminal, which comes back as a new one; under a root that the host shares, as systemd has it.
mount --make-rshared /
bundle tty 's|"i=0.*done"|"tty; read x; echo two $x; tty; exit 3"|; s/"terminal": false/"terminal": true/'
cd /run/b/tty
(sleep 1000 | runtime run tty 2>&1 | cat > /run/tty1 &) 
for i in $(seq 100); do grep -q pts /run/tty1 2>/dev/null && break; sleep 0.1; done
say tty 'cat /run/tty1; runtime checkpoint tty; echo $?; { (sleep 1; echo three; sleep 5) | runtime restore tty; echo $?; } | cat | tr -d "\r"'

# A network namespace given by path is not saved but found again.
mkdir -p /run/netns; touch /run/netns/n; unshare --net=/run/netns/n true
bundle net 's|"type": "network"|"type": "network", "path": "/run/netns/n"|'
cd /run/b/net
runtime run -d net < /dev/null > /dev/null 2>&1
passes net 3 > /dev/null
say net 'runtime checkpoint net; echo $?; runtime restore -d net < /dev/null > /dev/null 2>&1; echo $?; [ $(stat -Lc %i /run/netns/n) = $(stat -Lc %i /proc/$(field net pid)/ns/net) ] && echo same'
runtime delete --force net

# What goes wrong leaves nothing behind and names criu's log.
say no-images 'runtime restore -d --image-path /nowhere plain < /dev/null; ls /run/sampan-runtime; find /sys/fs/cgroup -name plain'
mkdir /run/empty; echo '["","",""]' > /run/empty/descriptors.json
cd /run/b/plain
say bad-images 'runtime restore -d --image-path /run/empty plain < /dev/null; ls /run/sampan-runtime; find /sys/fs/cgroup -name plain; grep -c criu-root /proc/mounts; ps | grep -c "[c]riu swrk"'
exit 0
