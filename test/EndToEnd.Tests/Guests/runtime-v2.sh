# Runs inside the microVM (eng/microvm): sampan-runtime on a kernel with cgroup v2 only. Prints 'name: value' lines that RuntimeV2Tests reads.
say() { echo "$1: $(eval "$2" 2>&1 | tr '\n' ' ' | sed 's/ $//')"; }
runtime() { sampan-runtime --log /run/log "$@"; }
# A bundle that sleeps: $1 is its name, $2 its resources as JSON members, $3 more of its config as an expression of sed.
bundle() {
  mkdir -p /run/b/$1/rootfs; tar -C /run/b/$1/rootfs -xf /busybox.tar
  (cd /run/b/$1; sampan-runtime spec
  sed -i "s/\"terminal\": *true/\"terminal\": false/; s/\"sh\"/\"sleep\",\"1000\"/; s|\"resources\": {|\"resources\": {$2${2:+,}|; s|\"linux\": {|\"linux\": {\"cgroupsPath\": \"/t/$1\",|" config.json
  [ -z "$3" ] || sed -i "$3" config.json)
}
start() { (cd /run/b/$1; runtime run -d $1 < /dev/null > /dev/null 2>&1 || { tail -1 /run/log; }); }
cg() { (cd /sys/fs/cgroup/t/$1; shift; cat "$@"); }

bundle cpu '"cpu": {"shares": 2048, "quota": 20000, "period": 50000, "burst": 10000, "cpus": "0", "mems": "0"}'
start cpu
say cpu 'cg cpu cpu.weight cpu.max cpu.max.burst cpuset.cpus cpuset.mems'
say cpu-update 'runtime update --cpu-quota 30000 --cpu-period 100000 --cpu-share 512 cpu; cg cpu cpu.max cpu.weight'
runtime delete --force cpu
bundle idle '"cpu": {"idle": 1}'
start idle
say idle 'cg idle cpu.idle'
runtime delete --force idle

bundle memory '"memory": {"limit": 67108864, "swap": 100663296, "reservation": 33554432}, "pids": {"limit": 20}, "unified": {"memory.high": "50331648", "memory.oom.group": "1", "cpu.max": "40000 80000"}'
start memory
say memory 'cg memory memory.max memory.low memory.high memory.oom.group pids.max cpu.max; [ -e /sys/fs/cgroup/t/memory/memory.swap.max ] && cg memory memory.swap.max'
say memory-update 'runtime update --memory 134217728 --memory-swap 134217728 --memory-reservation 16777216 --pids-limit 30 memory; cg memory memory.max memory.low pids.max'
say unified-unknown 'sed "s/memory.high/memory.nosuch/" /run/b/memory/config.json > /run/c.json; mkdir -p /run/u; cp -r /run/b/memory/rootfs /run/u; sed "s|/t/memory|/t/unknown|" /run/c.json > /run/u/config.json; cd /run/u; runtime run unknown; echo $?; ls /sys/fs/cgroup/t | grep -c unknown'
say pids 'runtime exec memory sh -c "for i in \$(seq 60); do sleep 5 & done" | grep -o "can.t fork.*" | head -1'
runtime delete --force memory

# A disk: a loop device on a file in memory.
mkdir -p /dev/shm/d; dd if=/dev/zero of=/dev/shm/d/disk bs=1M count=8 2>/dev/null; losetup /dev/loop0 /dev/shm/d/disk
disk=$(stat -c '%t:%T' /dev/loop0)
bundle io "\"blockIO\": {\"weight\": 500, \"throttleReadBpsDevice\": [{\"major\": 7, \"minor\": 0, \"rate\": 1048576}], \"throttleWriteIOPSDevice\": [{\"major\": 7, \"minor\": 0, \"rate\": 100}]}"
start io
say io 'echo $disk; cg io io.max; cg io io.bfq.weight io.weight 2>/dev/null'
cat > /run/read.sh <<'S'
exec 3< /dev/loop0   # the group's own filter lets nobody in it open the disk
echo $$ > /sys/fs/cgroup/t/io/cgroup.procs
a=$(date +%s); head -c 5000000 <&3 > /dev/null; b=$(date +%s)
[ $((b - a)) -ge 3 ] && echo slow || echo $((b - a))
S
say io-reading 'sh /run/read.sh'
say io-update 'runtime update --blkio-weight 300 io; cg io io.bfq.weight io.weight 2>/dev/null'
runtime delete --force io
losetup -d /dev/loop0; rm -r /dev/shm/d

# Devices by eBPF: the defaults and what is added, nothing else; an update keeps them.
bundle devices '' 's|"resources": {|"devices": [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229}], "resources": {|; s|"devices": \[ *{ *"allow": false|"devices": [{"allow": false|; s|"access": "rwm" *}|"access": "rwm"}, {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "r"}|'
start devices
say devices 'runtime exec devices sh -c "echo x > /dev/null && echo null; head -c1 /dev/zero | wc -c; cat /dev/fuse; echo x > /dev/fuse"'
runtime delete --force devices

# Freezing and killing of a whole tree.
bundle tree '' 's|"sleep","1000"|"sh","-c","sleep 1001 \& sleep 1002 \& exec sleep 1003"|'
start tree; sleep 0.5
say frozen 'runtime pause tree; cg tree cgroup.freeze; grep frozen /sys/fs/cgroup/t/tree/cgroup.events; runtime exec tree true; echo $?; runtime resume tree; cg tree cgroup.freeze'
say killed 'runtime kill --all tree KILL; for i in $(seq 50); do [ -z "$(cg tree cgroup.procs)" ] && break; sleep 0.1; done; cg tree cgroup.procs | wc -l; runtime delete tree; echo $?; ls -d /sys/fs/cgroup/t/tree'

# A container that manages groups of its own; execs into them.
bundle own '' 's/"relatime", *"ro"/"relatime"/; s/"noexec", *"relatime", *"ro"/"noexec","relatime"/'
sed -i '/cgroup/,/]/s/, *"ro"//' /run/b/own/config.json
start own
say delegation 'runtime exec own sh -c "cd /sys/fs/cgroup; mkdir in below; for p in \$(cat cgroup.procs); do echo \$p > in/cgroup.procs 2>/dev/null; done; echo +pids +memory > cgroup.subtree_control; cat in/cgroup.controllers; cat /proc/1/cgroup"'
say exec-below 'runtime exec --cgroup below own cat /proc/self/cgroup; runtime exec own cat /proc/self/cgroup'
say rest 'runtime delete --force own; ls -d /sys/fs/cgroup/t/own'

bundle stats '"memory": {"limit": 67108864}'
start stats
runtime events --stats stats > /run/stats
say stats 'for name in cpu memory pids psi events oom_kill avg10; do grep -o "\"$name\":" /run/stats | sort -u; done; tail -1 /run/log'
runtime delete --force stats

# Not root, in a group that was handed over: limits, pause, execs into groups below.
mkdir -p /sys/fs/cgroup/user/shell
for controller in cpu memory pids; do echo +$controller > /sys/fs/cgroup/user/cgroup.subtree_control; done
chown nobody /sys/fs/cgroup/user /sys/fs/cgroup/user/cgroup.procs /sys/fs/cgroup/user/cgroup.subtree_control /sys/fs/cgroup/user/shell /sys/fs/cgroup/user/shell/cgroup.procs
mkdir -p /run/nobody/b /run/nobody/run; (cd /run/nobody/b; mkdir rootfs; tar -C rootfs -xf /busybox.tar; sampan-runtime spec --rootless
sed -i 's/"terminal": *true/"terminal": false/; s/"sh"/"sleep","1000"/; s|"linux": {|"linux": {"cgroupsPath": "/user/c",|; s|"resources": {|"resources": {"memory": {"limit": 33554432}, "pids": {"limit": 25},|; s|"hostID": *[0-9]*|"hostID": 65534|' config.json)
chown -R nobody /run/nobody
cat > /run/as-nobody <<'N'
cd /run/nobody/b
export XDG_RUNTIME_DIR=/run/nobody/run HOME=/run/nobody
r() { sampan-runtime "$@"; }
r run -d c < /dev/null > /dev/null 2> /run/nobody/err || cat /run/nobody/err
cat /sys/fs/cgroup/user/c/memory.max /sys/fs/cgroup/user/c/pids.max
r pause c; r state c | grep -o '"status": "[a-z]*"'; r resume c
r update --pids-limit 26 c; cat /sys/fs/cgroup/user/c/pids.max
mkdir /sys/fs/cgroup/user/c/below; r exec --cgroup below c cat /proc/self/cgroup
r delete --force c; echo $?
ls -d /sys/fs/cgroup/user/c
N
say rootless '(echo 0 > /sys/fs/cgroup/user/shell/cgroup.procs; exec su -s /bin/sh nobody -c "sh /run/as-nobody")'
exit 0
