# machine.sh: what demo/run, bench/run and test/run share: packages, the user that
# PostgreSQL runs as, a build in a scratch folder, and a throw-away server there.
# Sourced by bash, in the top folder of the project.
#
# Sets PG_MAJOR (or takes PG=15 from the caller), PG_BINDIR and PG_CONFIG.

# Runs a command as root
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "reportlink: root is needed to install packages, and there is no sudo: $*" >&2
		return 1
	fi
}

# Runs a command as who may start servers: postgres for root, else who calls
as_postgres()
{
	if [ "$(id -u)" -eq 0 ]; then
		runuser -u postgres -- "$@"
	else
		"$@"
	fi
}

package_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Newest major version that is installed, else the distribution's
pick_version()
{
	PG_MAJOR=${PG:-$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null |
		grep -E '^[0-9]+$' | sort -n | tail -n 1)}
	if [ -z "$PG_MAJOR" ]; then
		PG_MAJOR=$(apt-cache depends postgresql 2>/dev/null |
			sed -n 's/^ *Depends: postgresql-\([0-9]\+\)$/\1/p' | head -n 1)
	fi
	if [ -z "$PG_MAJOR" ]; then
		PG_MAJOR=15
	fi
	PG_BINDIR=/usr/lib/postgresql/$PG_MAJOR/bin
	PG_CONFIG=$PG_BINDIR/pg_config
}

# Installs with apt which of the packages given are missing. A server package
# would make and start a cluster of its own: told not to, for the while.
install_packages()
{
	local missing=() package no_cluster=/etc/postgresql-common/createcluster.d/reportlink.conf

	for package in "$@"; do
		package_installed "$package" || missing+=("$package")
	done
	if [ "${#missing[@]}" -eq 0 ]; then
		return 0
	fi

	echo "installing ${missing[*]}"
	as_root mkdir -p "${no_cluster%/*}"
	echo "create_main_cluster = false" | as_root tee "$no_cluster" >/dev/null
	if ! { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends "${missing[@]}"; } >"$apt_log" 2>&1; then
		tail -n 20 "$apt_log" >&2
		as_root rm -f "$no_cluster"
		return 1
	fi
	as_root rm -f "$no_cluster"
}

# Everything that building and running needs, and the packages given besides;
# PGNN in a name stands for postgresql-<major>
wanted_packages()
{
	printf '%s\n' gcc make libc6-dev libpq-dev libcurl4-openssl-dev libssl-dev ca-certificates postgresql-common \
		"postgresql-$PG_MAJOR" "postgresql-server-dev-$PG_MAJOR" "${@//PGNN/postgresql-$PG_MAJOR}"
}

# Installs what wanted_packages tells and is not there
install_machine()
{
	local apt_log package

	apt_log=$(mktemp)
	pick_version
	for package in $(wanted_packages "$@"); do
		if ! package_installed "$package"; then
			as_root apt-get update -qq >"$apt_log" 2>&1 || { tail -n 20 "$apt_log" >&2; return 1; }
			pick_version # apt knows now what the distribution has
			break
		fi
	done
	# shellcheck disable=SC2046 # one package a word
	install_packages $(wanted_packages "$@") && rm -f "$apt_log"
}

# make_scratch: a folder for build and servers that as_postgres may write, in $scratch
make_scratch()
{
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/reportlink.XXXXXX")
	if [ "$(id -u)" -eq 0 ]; then
		chown postgres: "$scratch"
	fi
	chmod 755 "$scratch"
}

# build_in FOLDER: copies the project to that folder of $scratch, builds it there
# with warnings as errors, installs to $scratch/dest
build_in()
{
	local copy=$scratch/$1

	mkdir -p "$copy" "$scratch/dest"
	tar --exclude=./.git --exclude='*.o' --exclude='*.so' --exclude='*.bc' --exclude=./tmp_check \
		--exclude=./results -cf - . | tar -xf - -C "$copy"
	if [ "$(id -u)" -eq 0 ]; then
		chown -R postgres: "$copy" "$scratch/dest"
	fi
	as_postgres make -C "$copy" -j2 PG_CONFIG="$PG_CONFIG" with_llvm=no \
		COPT="-Werror${COVERAGE:+ --coverage}" "${@:2}" &&
		as_postgres make -C "$copy" PG_CONFIG="$PG_CONFIG" with_llvm=no \
			install DESTDIR="$scratch/dest" "${@:2}" || return 1
	# LOAD and pg_upgrade of 18 and later find a library elsewhere than in $libdir
	# only by its name alone
	if [ "$1" = older ] || [ "$PG_MAJOR" -ge 18 ]; then
		sed -i "s/'\$libdir\/reportlink'/'reportlink'/" \
			"$scratch/dest$("$PG_CONFIG" --sharedir)/extension/reportlink.control"
	fi
}

# build_copy: to $scratch/reportlink, and ../shared/data beside it where it is present
build_copy()
{
	if [ -d ../shared/data ]; then
		mkdir -p "$scratch/shared"
		cp -R ../shared/data "$scratch/shared/"
		chmod -R u+w,a+rX "$scratch/shared"
		if [ "$(id -u)" -eq 0 ]; then
			chown -R postgres: "$scratch/shared"
		fi
	fi
	build_in reportlink
}

# build_older: where a server of an older major version is installed besides, with what
# building for it needs, for the newest of these too: to upgrade from it. Sets
# $older to its folder; its settings go to $scratch/older.conf.
build_older()
{
	local PG_MAJOR=$PG_MAJOR PG_CONFIG

	older=$(find /usr/lib/postgresql/*/lib/pgxs /usr/lib/postgresql/*/bin/initdb -maxdepth 0 2>/dev/null |
		cut -d/ -f5 | sort -n | uniq -d | awk -v newest="$PG_MAJOR" '$1 < newest' | tail -n 1)
	[ -n "$older" ] || return 0
	PG_MAJOR=$older older=/usr/lib/postgresql/$older PG_CONFIG=$older/bin/pg_config
	build_in older NO_LISTEN=1 && server_settings >"$scratch/older.conf"
}

# server_settings: lines of postgresql.conf with which a server finds what
# build_copy installed. Debian's servers before 18 know extension_destdir.
server_settings()
{
	if [ "$PG_MAJOR" -ge 18 ]; then
		echo "extension_control_path = '$scratch/dest$($PG_CONFIG --sharedir):\$system'"
	else
		echo "extension_destdir = '$scratch/dest'"
	fi
	echo "dynamic_library_path = '$scratch/dest$($PG_CONFIG --pkglibdir):\$libdir'"
}

# Runs a step whose output nobody wants to see unless it fails
quietly()
{
	if ! "$@" >"$scratch/log" 2>&1; then
		echo "$0: this failed: $*" >&2
		tail -n 40 "$scratch/log" >&2
		exit 1
	fi
}

# start_server LINE ...: a server in $scratch/data with these lines of postgresql.conf
# besides, on a Unix socket that only the user who runs it, and root, can reach
start_server()
{
	as_postgres mkdir -m 700 "$scratch/socket" &&
	as_postgres "$PG_BINDIR/initdb" -D "$scratch/data" -U postgres -A trust -E UTF8 \
		--locale=C.UTF-8 --no-sync &&
	{
		server_settings
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$scratch/socket'"
		printf '%s\n' "$@"
	} | as_postgres tee -a "$scratch/data/postgresql.conf" &&
	as_postgres "$PG_BINDIR/pg_ctl" -D "$scratch/data" -l "$scratch/data/server.log" -w start
}

# use_server: psql and others connect to it, whatever the environment says of other servers
use_server()
{
	unset PGDATA PGHOSTADDR PGOPTIONS PGPASSWORD PGSERVICE PGSSLMODE PGTZ PGDATESTYLE PGCLIENTENCODING
	export PGHOST=$scratch/socket PGPORT=5432 PGUSER=postgres LC_ALL=C.UTF-8
}

# remove_scratch: stops the server that may be up and removes the folder
remove_scratch()
{
	[ -n "$scratch" ] || return 0
	if [ -e "$scratch/data/postmaster.pid" ]; then
		as_postgres "$PG_BINDIR/pg_ctl" -D "$scratch/data" -m immediate -w stop >/dev/null 2>&1
	fi
	rm -rf "$scratch"
}

psql()
{
	command psql -X -q -v ON_ERROR_STOP=1 "$@"
}
