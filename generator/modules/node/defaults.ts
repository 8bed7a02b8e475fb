/* Structured defaults; packages are those of Debian (pigsty-defaults.yml). */
export const etcHosts: readonly string[] = ['${admin_ip} h.pigsty a.pigsty p.pigsty g.pigsty'];

export const dnsServers: readonly string[] = ['${admin_ip}'];

export const dnsOptions: readonly string[] = ['options single-request-reopen timeout:1'];

export const ntpServers: readonly string[] = ['pool pool.ntp.org iburst'];

export const kernelModules: readonly string[] = [
  'softdog',
  'br_netfilter',
  'ip_vs',
  'ip_vs_rr',
  'ip_vs_wrr',
  'ip_vs_sh',
];

export const defaultPackages: readonly string[] = [
  'lz4,unzip,bzip2,zlib1g,pv,jq,git,ncdu,make,patch,bash,lsof,wget,uuid,tuned,nvme-cli,numactl,sysstat,iotop,htop,rsync,tcpdump,chrony,acl,python3,python3-pip',
  'netcat-openbsd,tnftp,socat,lrzsz,net-tools,ipvsadm,dnsutils,telnet,ca-certificates,openssl,openssh-client,libreadline-dev,vim-tiny,keepalived,node-exporter,etcd,haproxy',
];

/** Private networks (RFC 1918), as in Pigsty 4. */
export const intranet = ['10.0.0.0/8', '192.168.0.0/16', '172.16.0.0/12'];
