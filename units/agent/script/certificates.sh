# --- certificates: how long they are valid ----------------------------------------------------------------------------
# The compiler writes the times into the manifest: a node may have no program that reads certificates.

# Lines `<name> expires in <n> days` or `<name> has expired`.
certificate_lines() {
  while read -r name days certificate_state _; do
    case $certificate_state in
      valid) echo "$name expires in $days days" ;;
      expiring) echo "$name expires in $days days: build and apply, a build renews it" ;;
      expired) echo "$name has expired: build and apply, a build renews it" ;;
    esac
  done
}

# The same as JSON objects, joined by commas.
certificates_json() {
  while read -r name days certificate_state expires; do
    printf '{"name":"%s","expires":"%s","daysLeft":%s,"state":"%s"}\n' \
      "$name" "$(time_of "$expires")" "$days" "$certificate_state"
  done | paste -s -d ,
}

# Warns of certificates of the open manifest that expire soon.
say_expiring() {
  certificates_at "$(date +%s)" <"$manifest" | grep -v ' valid ' | certificate_lines | while read -r line; do
    say "$verb: certificate $line"
  done
}
