# Runs inside the microVM (eng/microvm): a kernel with cgroup v2 only. Prints 'name: value' lines that CgroupV2Tests reads.
export DOCKER_HOST=unix:///run/d.sock
sampan daemon -H $DOCKER_HOST --data-root /var/lib/sampan --exec-root /run/sampan --pidfile /run/d.pid > /run/d.log 2>&1 &
for i in $(seq 100); do [ -S /run/d.sock ] && docker version > /dev/null 2>&1 && break; sleep 0.1; done
docker import /busybox.tar busybox > /dev/null || { cat /run/d.log; exit 1; }
say() { echo "$1: $(eval "$2" 2>&1 | tr '\n' ' ' | sed 's/ $//')"; }
say version "docker info --format '{{.CgroupVersion}} {{.CgroupDriver}}'"
say limits "docker run --rm -m 64m --memory-reservation 32m --pids-limit 42 --cpus 0.5 --cpuset-cpus 0 --cpu-shares 512 busybox sh -c 'cd /sys/fs/cgroup; cat memory.max memory.low pids.max cpu.max cpuset.cpus cpu.weight'"
say namespace "docker run --rm busybox cat /proc/self/cgroup"
say mount "docker run --rm busybox grep -o ' /sys/fs/cgroup cgroup2 ro' /proc/mounts"
say null-allowed "docker run --rm busybox sh -c 'echo x > /dev/null && echo yes'"
say device-denied "docker run --rm busybox sh -c 'mknod /tmp/k c 1 11 && cat /tmp/k 2>&1 | grep -o \"Operation not permitted\"'"
docker run --name oom -m 16m --memory-swap 16m busybox sh -c 'x=$(head -c 100000000 /dev/zero | tr "\0" x)' > /dev/null 2>&1
say oom "docker inspect --format '{{.State.OOMKilled}} {{.State.ExitCode}}' oom"
docker run -d --name pausing busybox sh -c 'while :; do :; done' > /dev/null
docker pause pausing > /dev/null
say frozen "cat /sys/fs/cgroup/sampan/\$(docker inspect --format '{{.Id}}' pausing)/cgroup.freeze; docker inspect --format '{{.State.Status}}' pausing"
docker unpause pausing > /dev/null
say stats "docker stats --no-stream --format '{{.PIDs}}' pausing"
docker update -m 128m --memory-swap 256m pausing > /dev/null
say updated "cat /sys/fs/cgroup/sampan/\$(docker inspect --format '{{.Id}}' pausing)/memory.max"
docker rm -f oom pausing > /dev/null
say left "find /sys/fs/cgroup/sampan -mindepth 1 -type d | wc -l"

mkdir -p /run/b/rootfs && tar -C /run/b/rootfs -xf /busybox.tar
sampan-runtime spec --bundle /run/b
sed -i 's/"terminal": *true/"terminal": false/; s/"sh"/"cat","\/proc\/self\/cgroup"/' /run/b/config.json
say runtime "sampan-runtime run --bundle /run/b plain; echo code \$?"
exit 0
