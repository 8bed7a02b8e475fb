# Starts vip-manager on the declared interface; if the host has no interface with that name, on the one with the
# address of the host.
set -eu
interface=eth0
if ! ip link show dev "$interface" >/dev/null 2>&1; then
    # 2: eth0    inet 10.10.10.10/24 brd …
    set -- $(ip -o -4 addr show to 10.10.10.13)
    interface=${2:?no interface has the address 10.10.10.13}
fi
export VIP_INTERFACE="$interface"
exec /usr/bin/vip-manager --config /etc/pigsty/current/etc/vip-manager/vip-manager.yml
