# Starts nginx, which can write its access log to files only: the file is a pipe, and cat passes its lines on to the journal.
# It opens the pipe for writing, too, so that it never reads an end. systemd stops it with the service.
set -eu
[ -p /run/nginx/access ] || mkfifo -m 0600 /run/nginx/access
cat <>/run/nginx/access &
exec /usr/sbin/nginx -e stderr -c /etc/pigsty/current/etc/nginx/nginx.conf
