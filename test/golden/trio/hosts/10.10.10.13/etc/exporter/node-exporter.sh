# Starts node_exporter with the loader of its image: it looks at the mounts of the host, which an image does not have.
root=/var/lib/pigsty/images/node-exporter/rootfs
set --
set -- "$@" --web.listen-address=10.10.10.13:9100
set -- "$@" --web.config.file=/etc/pigsty/current/etc/exporter/web.yml
set -- "$@" --web.telemetry-path=/metrics
set -- "$@" --collector.textfile.directory=/run/pigsty-metrics
set -- "$@" '--collector.netstat.fields=^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|Tcp_(ActiveOpens|AttemptFails|EstabResets|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$'
set -- "$@" --no-collector.systemd
set -- "$@" --runtime.gomaxprocs=1
set -- "$@" --log.level=warn
set -- "$@" --no-collector.softnet
set -- "$@" --no-collector.nvme
set -- "$@" --collector.tcpstat
set -- "$@" --collector.processes
exec "$root/usr/lib64/ld-linux-x86-64.so.2" --inhibit-cache --library-path "$root/usr/lib/x86_64-linux-gnu" \
    "$root/usr/bin/prometheus-node-exporter" "$@"
