# Reads LAB_HOSTS. Sourced by the services; see lab-start.

# hosts ROLE [REGION]: prints `name address region zone` of those that have the role, there or anywhere.
hosts() {
  awk -v role="$1" -v region="${2:-}" '
    index("," $5 ",", "," role ",") && (region == "" || $3 == region) { print $1, $2, $3, $4 }
  ' <<<"$LAB_HOSTS"
}

# own address|region|zone|roles: that of this host.
own() {
  awk -v name="$LAB_HOST" -v want="$1" '
    $1 == name { print want == "address" ? $2 : want == "region" ? $3 : want == "zone" ? $4 : $5 }
  ' <<<"$LAB_HOSTS"
}

# joined SEPARATOR: the lines of its input as one.
joined() { paste -sd "$1" -; }
