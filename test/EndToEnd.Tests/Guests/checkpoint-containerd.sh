# Runs inside the microVM (eng/microvm): containerd with our shim, on a kernel on which criu works. Prints 'name: value' lines that CheckpointTests reads.
say() { echo "$1: $(eval "$2" 2>&1 | tr '\n' ' ' | sed 's/ $//')"; }
mv /containerd /ctr /usr/bin/; ln -s sampan-runtime /usr/bin/containerd-shim-sampan-v2
mkdir -p /etc/containerd /run/out
printf 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n' > /etc/containerd/config.toml
containerd > /run/containerd.log 2>&1 &
for i in $(seq 300); do ctr version > /dev/null 2>&1 && break; sleep 0.2; done
tar -C /busybox.oci -cf /run/image.tar . && ctr image import --base-name busybox /run/image.tar > /dev/null || { tail -20 /run/containerd.log; exit 1; }
image=$(ctr image ls -q)
count() { cat /run/out/n; }
# Waits until the counter is above a number, at most 30 s; prints whether it came to that.
passes() { for i in $(seq 300); do [ "$(count)" -gt $1 ] 2>/dev/null && { echo yes; return; }; sleep 0.1; done; echo "no, it is at $(count)"; }
stands() { a=$(count); sleep 0.5; [ "$a" = "$(count)" ] && echo stands || echo moves; }
status() { ctr task ls | awk -v id=$1 '$1 == id { print $3 }'; }

run() { ctr run -d --runtime $2 --mount type=bind,src=/run/out,dst=/out,options=rbind:rw $image $1 \
  sh -c 'i=0; while :; do i=$((i+1)); echo $i > /out/n.new; mv /out/n.new /out/n; sleep 0.05; done'; }

# Saved into containerd's content, and brought back from there as another container.
run one io.containerd.sampan.v2
passes 5 > /dev/null
ctr events > /run/events & events=$!
say saved 'ctr container checkpoint --image --task one saved > /dev/null; echo $?; status one; passes $(count)'
kill $events
say events 'grep -o "/tasks/[a-z]*" /run/events'
at=$(count)
ctr task kill -s KILL one; sleep 1; ctr task delete one > /dev/null 2>&1; ctr container delete one
say gone 'ctr container ls -q; find /sys/fs/cgroup -name one; stands'
ctr container restore --live two saved < /dev/null > /run/restored 2>&1 &
for i in $(seq 200); do [ "$(status two)" = RUNNING ] && break; sleep 0.1; done
say restored "status two; passes $at; [ \$(count) -lt $((at + 600)) ] && echo on; cat /run/restored"
say exec 'ctr task exec --exec-id x two sh -c "cat /proc/1/comm; ls /out"'
ctr task kill -s KILL two; sleep 1
say ended 'status two; ctr task delete two; ctr container delete two; echo $?; ls /run/containerd/io.containerd.runtime.v2.task/default | wc -l; grep -c criu-root /proc/mounts'

# containerd passes folders and --exit to the shim of runc's name only: ours answers to it.
printf '#!/bin/sh\nexec -a containerd-shim-sampan-v2 /usr/bin/sampan-runtime "$@"\n' > /usr/bin/containerd-shim-runc-v2; chmod +x /usr/bin/containerd-shim-runc-v2
run three io.containerd.runc.v2
passes 5 > /dev/null
say files 'ctr task checkpoint --image-path /run/images --work-path /run/work three; echo $?; ls /run/images/inventory.img /run/work/dump.log; status three'
say exit 'ctr task checkpoint --exit --image-path /run/more three; echo $?; sleep 1; status three; stands; ctr task delete three'
ctr container delete three
say left 'ls /run/containerd/io.containerd.runtime.v2.task/default | wc -l; find /sys/fs/cgroup -name three'
exit 0
