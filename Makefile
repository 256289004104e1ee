EXTENSION = reportlink
MODULE_big = reportlink
DATA = $(wildcard sql/reportlink--*.sql)
OBJS = $(patsubst %.c,%.o,$(wildcard src/*.c))
# every function that SQL calls has the same argument, whether it uses it or not
PG_CFLAGS = -Wall -Wextra -Wno-unused-parameter

REGRESS = $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql))
REGRESS_OPTS = --inputdir=test --load-extension=plpgsql
ISOLATION = $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec))
ISOLATION_OPTS = --inputdir=test --outputdir=.
# the listener, a program of its own: make NO_LISTEN=1 leaves it out
LISTEN = $(if $(NO_LISTEN),,src/listen/reportlink-listen)
LISTEN_OBJS = $(patsubst %.c,%.o,$(wildcard src/listen/*.c))
LISTEN_MAN = doc/reportlink-listen.1
EXTRA_CLEAN = tmp_check results regression.diffs regression.out dist src/listen/reportlink-listen $(LISTEN_OBJS)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
CLANG_FORMAT ?= clang-format
# not VERSION, which PGXS sets to the server's
RELEASE = $(shell sed -n 's/^   "version": "\(.*\)",/\1/p' META.json)

# help, demo and test work on a machine that has no PostgreSQL yet
ifneq ($(wildcard $(PGXS)),)
all:
include $(PGXS)
$(OBJS): $(wildcard src/*.h)

all: $(LISTEN)
ifneq ($(LISTEN),)
$(LISTEN_OBJS): %.o: %.c $(wildcard src/listen/*.h) META.json
	$(CC) $(CFLAGS) $(CPPFLAGS) -I'$(includedir)' -D_GNU_SOURCE -DRELEASE='"$(RELEASE)"' -c -o $@ $<

$(LISTEN): $(LISTEN_OBJS)
	$(CC) $(CFLAGS) $^ $(LDFLAGS) $(LDFLAGS_EX) -L'$(libdir)' -lpq -lcurl -lcrypto -o $@

install: install-listen
install-listen: $(LISTEN)
	$(MKDIR_P) '$(DESTDIR)$(bindir)' '$(DESTDIR)$(mandir)/man1'
	$(INSTALL_PROGRAM) $(LISTEN) '$(DESTDIR)$(bindir)'
	$(INSTALL_DATA) $(LISTEN_MAN) '$(DESTDIR)$(mandir)/man1'

uninstall: uninstall-listen
uninstall-listen:
	rm -f $(addprefix '$(DESTDIR)$(bindir)'/, $(notdir $(LISTEN)))
	rm -f $(addprefix '$(DESTDIR)$(mandir)'/man1/, $(notdir $(LISTEN_MAN)))

.PHONY: install-listen uninstall-listen
endif

regress:
	$(pg_regress_installcheck) $(REGRESS_OPTS) $(REGRESS)

isolation:
	$(pg_isolation_regress_installcheck) $(ISOLATION_OPTS) $(ISOLATION)

# TEMP_CONFIG: lines for the configuration of every server that the tests start
PGXS_SRC = $(abspath $(dir $(PGXS))/..)
tap:
	PERL5LIB="$(PGXS_SRC)/test/perl:$$PERL5LIB" PG_REGRESS="$(PGXS_SRC)/test/regress/pg_regress" \
	REPORTLINK_LISTEN="$(abspath $(LISTEN))" PATH="$(shell $(PG_CONFIG) --bindir):$$PATH" prove --failures $(if $(VERBOSE),-v) $(or $(FILES),$(sort $(wildcard test/t/*.pl)))

else
all install regress isolation tap:
	@echo "$(PG_CONFIG) not found: install postgresql-server-dev, or set PG_CONFIG" >&2; exit 1
endif

.PHONY: help demo test bench soak test-matrix regress isolation pgtap tap format check-format coverage dist

help:
	@echo "make               build the extension and the listener; NO_LISTEN=1: only the extension"
	@echo "make install       install it into the server of PG_CONFIG ($(PG_CONFIG))"
	@echo "make demo          show it on a throw-away server; KEEP=1 leaves the server up"
	@echo "make test          prove it on throw-away servers; installs with apt what is missing"
	@echo "                   SUITES=\"pgtap tap\" runs some of: format regress isolation pgtap tap"
	@echo "                   REPORTLINK_STRESS_SECONDS=600 lengthens the random load (60)"
	@echo "make soak          the random tests of it for an hour, with another seed each time"
	@echo "make bench         reportlink against the same rules in PL/pgSQL and in an application; ten minutes"
	@echo "                   SCALE=large: up to ten million reports; more options on top of bench/run"
	@echo "make test-matrix   the whole suite in newer releases of Debian: PostgreSQL 17 and 18, and pg_upgrade to them; as root, with mmdebstrap"
	@echo "make coverage      the same, and say how many lines of src/ that ran"
	@echo "make format        lay the C out as .clang-format says"
	@echo "make dist          pack a release of the committed tree for PGXN"
	@echo "against the server of PGHOST and PGPORT, with the extension installed:"
	@echo "make regress | isolation | pgtap | tap   FILES=test/t/001_dump.pl: only this one"

demo:
	@demo/run

test:
	@test/run

bench:
	@bench/run

# the tests that try at random, for longer; REPORTLINK_SEED repeats a run of the model, of the fuzz and of
# the matrix, and of the load as far as sessions that run at once can be repeated
soak:
	@REPORTLINK_STRESS_SECONDS=$(or $(REPORTLINK_STRESS_SECONDS),600) REPORTLINK_CRASHES=$(or $(REPORTLINK_CRASHES),20) \
	REPORTLINK_FEED_SECONDS=$(or $(REPORTLINK_FEED_SECONDS),60) REPORTLINK_FEED_EVENTS=$(or $(REPORTLINK_FEED_EVENTS),1000000) \
	REPORTLINK_MODEL_STEPS=$(or $(REPORTLINK_MODEL_STEPS),60000) \
	REPORTLINK_SOAK_SECONDS=$(or $(REPORTLINK_SOAK_SECONDS),600) REPORTLINK_SEED=$(or $(REPORTLINK_SEED),$(shell date +%s)) \
	REPORTLINK_CALLS=$(or $(REPORTLINK_CALLS),100000) SUITES=tap VERBOSE=1 \
	FILES="$(or $(FILES),$(wildcard $(addprefix test/t/,002*.pl 003*.pl 007*.pl 011*.pl 021*.pl 025*.pl 030*.pl 033*.pl 035*.pl 036*.pl)))" test/run

test-matrix:
	@test/versions

PGTAP_DATABASE = reportlink_pgtap
pgtap:
	dropdb --if-exists $(PGTAP_DATABASE) 2>/dev/null && createdb $(PGTAP_DATABASE)
	pg_prove --failures -d $(PGTAP_DATABASE) $(or $(FILES),$(sort $(wildcard test/pgtap/*.sql)))
	dropdb $(PGTAP_DATABASE)

format:
	$(CLANG_FORMAT) -i src/*.c src/*.h src/listen/*.c src/listen/*.h

check-format:
	$(CLANG_FORMAT) --dry-run -Werror src/*.c src/*.h src/listen/*.c src/listen/*.h

# line coverage of src/, of a copy that is built with --coverage
coverage:
	@SUITES="$(or $(SUITES),regress isolation pgtap tap)" COVERAGE=1 test/run

dist:
	mkdir -p dist
	git archive --format=zip --prefix=reportlink-$(RELEASE)/ -o dist/reportlink-$(RELEASE).zip HEAD
