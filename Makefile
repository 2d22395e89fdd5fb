# brokenpipe: `make help` explains.

CC	 ?= cc
# a build is done far more often than anything here computes; lines are enough to find a fault of
# the lab, and of core/, which a debugger is for, there is all (-g)
CFLAGS	 ?= -O1 -g1
BUILD	 ?= build
# a field left out is 0, which means "any" or "not": a table need not name them all
WARNINGS := -std=gnu11 -Wall -Wextra -Wno-missing-field-initializers -Werror

# make SANITIZE=1: everything under AddressSanitizer and UndefinedBehaviorSanitizer
ifdef SANITIZE
BUILD	 := build/sanitize
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif

# $(call once,NAME,TEXT): what NAME is, found out when it is needed first, and not again
once = $(eval $(1) := $(2))$($(1))

LIBRARIES := libpcap libmnl libseccomp jansson
LAB_CFLAGS = $(call once,LAB_CFLAGS,$(shell pkg-config --cflags $(LIBRARIES)))
# libpcap statically and without D-Bus, where that can be done (harness/observe/no_dbus.c says why)
TRY_LIBPCAP = '\#include <pcap/pcap.h>\nint main(void) { char e[256]; return !pcap_create("lo", e); }\n'
LIBPCAP	   = $(shell printf $(TRY_LIBPCAP) | $(CC) -x c - -x c harness/observe/no_dbus.c -x none -l:libpcap.a \
	       -o /dev/null 2>/dev/null && echo -l:libpcap.a || echo -lpcap)
LAB_LIBS   = $(call once,LAB_LIBS,$(LIBPCAP) $(shell pkg-config --libs $(filter-out libpcap,$(LIBRARIES))) -pthread)

# a program that needs no dynamic linker starts in half the time, and a story starts several
ifndef SANITIZE
CORE_LDFLAGS := -static
endif

CORE	    := $(patsubst core/%.c,$(BUILD)/core/%,$(wildcard core/*.c))
CORE_LIB    := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard core/lib/*.c))
HARNESS	    := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out harness/lab/main.c harness/diagnose/% harness/tests/%,\
		 $(wildcard harness/*/*.c)))
# the diagnosis of captures is a program of its own: of base and record it takes what it needs
DIAGNOSE    := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard harness/diagnose/*.c))
GROUND	    := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard harness/base/*.c harness/record/*.c))
DIAGNOSE_LIBS = $(call once,DIAGNOSE_LIBS,$(shell pkg-config --libs jansson zlib))
SCENARIOS   := $(subst _,-,$(patsubst scenarios/%.c,%,$(wildcard scenarios/*.c)))
C_TESTS	    := $(patsubst harness/tests/%.c,$(BUILD)/tests/%,$(wildcard harness/tests/*/test_*.c))
# stories and programs of the tests and the benchmark
PROGRAMS    := $(patsubst harness/tests/programs/%.c,$(BUILD)/programs/%,$(wildcard harness/tests/programs/*.c))
STORIES	    := $(patsubst harness/tests/stories/%.c,$(BUILD)/stories/%,$(wildcard harness/tests/stories/*.c))

DEPS := gcc libc6-dev make pkg-config libpcap-dev libmnl-dev libseccomp-dev libjansson-dev \
	libcmocka-dev zlib1g-dev iptables python3 python3-jinja2 python3-jsonschema python3-scapy \
	python3-pytest python3-pytest-xdist python3-pil librsvg2-bin tshark
DEPS_LINT := cppcheck clang-tidy universal-ctags

# Debian's python3-scapy belongs to Debian's python3; another one in PATH may not have it
FIND_PYTHON = for python in /usr/bin/python3 python3; do \
	$$python -c 'import jinja2, pytest, scapy' 2>/dev/null && echo $$python && exit; done; \
	echo "echo brokenpipe: no python3 here has jinja2, pytest and scapy: make deps; exit 77; :"
# tests wait more than they work
WORKERS = $(call once,WORKERS,$(shell expr 2 '*' $$(nproc)))
PYTHON = $(call once,PYTHON,$(shell $(FIND_PYTHON)))

# what a person may give to a scenario
export CLIENT SERVER BUILD
OPTIONS = $(if $(VARIANT),--variant $(VARIANT)) $(if $(CLIENT),--client "$$CLIENT") \
	  $(if $(SERVER),--server "$$SERVER") $(if $(CAPTURES),--captures "$(CAPTURES)") $(if $(V),--verbose)
FILES_OF_RUN = $*$(addprefix -,$(filter-out default,$(VARIANT)))$(addprefix -,$(filter inet6,$(FAMILY)))

# V=1 shows the commands of the build, too
Q := $(if $(V),,@)
say = $(if $(V),,$(info $() $() $(1)  $(2)))

ifneq ($(filter deps deps-browser deps-lint,$(MAKECMDGOALS)),)
.NOTPARALLEL: # what deps installs, the others need
endif

.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:
.PHONY: all diagnose diff fuzz help list scenarios report screenshots deps deps-browser deps-lint tests check mutants bench soak lint format reference clean \
	rules-fired wrong-records

all: $(CORE) $(SCENARIOS:%=$(BUILD)/scenarios/%) $(BUILD)/story/outsider.py $(BUILD)/diagnose

help:
	@echo 'brokenpipe: TCP connection failures (UNP vol. 1 ch. 5), shown and proved'
	@echo
	@echo '  make deps              install what is missing (Debian, Ubuntu: apt)'
	@echo '  make deps-browser      install Chromium and its driver, for the tests of the pages'
	@echo '  make list              the scenarios and their variants'
	@echo '  make scenario-NAME     run one; leaves captures/NAME.pcap, .pcapng and .json'
	@echo '       VARIANT=NAME      one of its variants (build/scenarios/NAME --help lists them)'
	@echo '       CLIENT="python3 my_client.py"  SERVER=./mine      your program in its place;'
	@echo '                         {host} and {port} in a command are filled in'
	@echo '       V=1               print the set-up and every call, too'
	@echo '       FAMILY=inet6      over IPv6; the files are then NAME-inet6'
	@echo '       SEED=N            other lines and ports; the same failure'
	@echo '       CAPTURES=DIR      where the files go (default: captures)'
	@echo '  make step-NAME         run one, and pause at each scene until Enter'
	@echo '  make shell-client      while it pauses, in another terminal: a shell in its client, for ss,'
	@echo '  make shell-server      ip, tcpdump; in its server (shell-router: in its router, if any)'
	@echo '  make predict-NAME      predict what will happen; then it runs, and your answers are compared'
	@echo '       LESSON_LANG=ko    in Korean'
	@echo '  make why-NAME          what has caused its failure, back to who did what'
	@echo '       AT=EVENT          what has caused another event: a time, a call, a signal, an errno'
	@echo '       LESSON_LANG=ko    in Korean'
	@echo '  make scenarios         run all, side by side; a table of verdicts and errnos'
	@echo '       CAPTURES=DIR      where the files go'
	@echo '  make wireshark-NAME    its packets in Wireshark, with the system calls between them'
	@echo '       LIVE=1            live, while it runs; it pauses at each scene'
	@echo '  make tshark-NAME       the same in the terminal'
	@echo '  make report            a page for each run in captures/, and captures/index.html with links'
	@echo '                         to them; if there is no run, all scenarios run first'
	@echo '       CAPTURES=DIR      where the runs are, and where the pages go'
	@echo '  make diff A=NAME B=NAME   two runs side by side, and the first difference'
	@echo '  make verify-NAME       a second opinion on its capture (Python, scapy); needs no root'
	@echo '       PCAP=FILE         on a capture from anywhere'
	@echo '  make diagnose PCAP=FILE   which failure is this? for each connection of a capture from anywhere'
	@echo '       LESSON_LANG=ko    in Korean; ALL=1 every connection; JSON=1 for programs'
	@echo '  make check             every test; results for a CI (JUnit) in $(BUILD)/check.xml'
	@echo '       SANITIZE=1        under AddressSanitizer and UBSan'
	@echo '  make mutants           do the tests test? Puts faults into a copy, and shows which test catches each'
	@echo '       ONLY=show         those with this word in their file or note; CONTINUE=1  the rest'
	@echo '  make rules-fired       how often each rule of docs/RULES.md explains an event'
	@echo '  make wrong-records     wrong records, made from right ones: which ones are refused'
	@echo '  make lint              the rules of the tree: who may include whom, lengths, cppcheck, clang-tidy'
	@echo '  make deps-lint         install what lint needs for all of them'
	@echo '  make fuzz SECONDS=60   random input for what reads packets and captures (clang, libFuzzer)'
	@echo '  make soak              hundreds of runs of each scenario, alone and under load (minutes)'
	@echo '  make bench             measure what a run costs: time, CPU, memory'
	@echo '  make screenshots       pictures of Wireshark, in $(BUILD)/screenshots/'
	@echo '  make reference         run all again, for captures/reference/ and the pictures in docs/'
	@echo '  make clean             remove build/'

list: $(SCENARIOS:%=$(BUILD)/scenarios/%)
	@for name in $(SCENARIOS); do $(BUILD)/scenarios/$$name --list; done

# $(call install,WHAT FOR,PACKAGES): those of the packages that are missing
define install
	@missing=$$(for package in $(2); do \
		dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || \
		echo $$package; done); \
	if [ -z "$$missing" ]; then echo "$(1): nothing to install"; exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
		echo "$(1): no apt-get here; install what your system calls:" $$missing; exit 1; fi; \
	if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
	echo "$(1): installing with $$sudo apt-get:" $$missing; \
	$$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends $$missing
endef

deps:
	$(call install,deps,$(DEPS))

deps-lint:
	$(call install,deps-lint,$(DEPS_LINT))

# Chrome is a browser, too; then nothing is missing but perhaps chromedriver
deps-browser:
	$(call install,deps-browser,$(shell python3 harness tests.support.browser))

# The words that run a scenario, as the shell's $@. A variant may be named as its files are:
# scenario-sigpipe-ignored.
FIND_SCENARIO = set --; for name in $(SCENARIOS); do case $* in \
	$$name) set -- $(BUILD)/scenarios/$$name; break;; \
	$$name-*) variant=$*; set -- $(BUILD)/scenarios/$$name --variant $${variant\#$$name-};; esac; done; \
	if [ $$\# = 0 ]; then \
		echo "brokenpipe: there is no scenario \"$*\"; there are: $(SCENARIOS)" >&2; exit 1; fi

scenario-%: all
	@$(FIND_SCENARIO); exec "$$@" $(OPTIONS)

# A scenario that has not run yet is run first; so it is for a program of one's own.
ANNOTATED = $(or $(CAPTURES),captures)/$(FILES_OF_RUN).pcapng
RUN_IF_NEEDED = $(if $(CLIENT)$(SERVER),,test -e "$(ANNOTATED)" ||) $(MAKE) scenario-$* || test -e "$(ANNOTATED)"

tshark-%:
	@$(RUN_IF_NEEDED)
	@$(PYTHON) harness wireshark.wireshark tshark "$(ANNOTATED)"

ifdef LIVE
wireshark-%: all
	@$(FIND_SCENARIO); exec $(PYTHON) harness wireshark.wireshark live "$$@" $(OPTIONS)
else
wireshark-%:
	@$(RUN_IF_NEEDED)
	@$(PYTHON) harness wireshark.wireshark wireshark "$(ANNOTATED)"
endif

screenshots: all
	@$(PYTHON) harness wireshark.screenshots

step-%: all
	@$(FIND_SCENARIO); exec "$$@" --step $(OPTIONS)

predict-%: all
	@python3 harness lesson.predict $* $(OPTIONS)

diff: all
	@python3 harness lesson.diff "$(A)" "$(B)" --captures "$(or $(CAPTURES),captures)"

why-%: all
	@$(FIND_SCENARIO); exec "$$@" --quiet --why "$(or $(AT),failure)" $(OPTIONS)

shell-%:
	@python3 harness lab.shell $* --captures "$(or $(CAPTURES),captures)"

scenarios: all
	@$(PYTHON) harness runs.scenarios $(if $(CAPTURES),--captures "$(CAPTURES)")

# A fresh clone has no runs yet; those that fail have pages, too.
report: $(if $(wildcard $(or $(CAPTURES),captures)/*.json),,all)
	@ls "$(or $(CAPTURES),captures)"/*.json >/dev/null 2>&1 || \
		$(PYTHON) harness runs.scenarios --captures "$(or $(CAPTURES),captures)" || true
	@$(PYTHON) harness pages.report --captures "$(or $(CAPTURES),captures)"

# A capture from elsewhere is held against the reference: it is whole, and needs no run before.
verify-%:
	@$(PYTHON) harness opinion.verify $(if $(PCAP),"captures/reference/$(FILES_OF_RUN).json" "$(PCAP)",\
		"$(or $(CAPTURES),captures)/$(FILES_OF_RUN).json")

# what the build says is no part of the JSON
diagnose:
	@$(MAKE) --silent --no-print-directory $(BUILD)/diagnose >&2
	@$(BUILD)/diagnose $(if $(JSON),--json) $(if $(ALL),--all) "$(PCAP)"

tests: $(C_TESTS) $(STORIES) $(PROGRAMS)

check: all tests
	@$(PYTHON) -m pytest -p no:cacheprovider --import-mode=importlib -q -n $(WORKERS) \
		--junitxml "$(BUILD)/check.xml" harness/tests

fuzz:
	@$(PYTHON) harness runs.fuzz $(if $(SECONDS),--seconds $(SECONDS))

bench: all $(STORIES) $(PROGRAMS)
	@$(PYTHON) harness runs.bench

# every kind of fault in every event of the references, and which of them no rule refuses
wrong-records: $(BUILD)/tests/explain/explain_wrong
	@SHOW= $< captures/reference/*.json

# how often each rule explains an event of the runs in captures/reference/
rules-fired: $(BUILD)/tests/explain/explain_records
	@COVERAGE=1 $< captures/reference/*.json

soak: all
	@$(PYTHON) harness runs.soak

mutants:
	@$(PYTHON) harness tests.mutants $(if $(CONTINUE),--continue) $(ONLY)

reference: all
	@for name in $(SCENARIOS); do \
		$(BUILD)/scenarios/$$name --quiet --variant all --captures captures/reference || exit; done
	@$(PYTHON) harness pages.ladder_docs
	@$(BUILD)/scenarios/normal --rules > docs/RULES.md

# the object files tell who calls whom
lint: all
	@python3 harness lint.lint

format:
	clang-format -i $(shell git ls-files '*.c' '*.h')

clean:
	rm -rf build

# a directory is made once, and not looked for by a process for each file
$(BUILD)/%/:
	@mkdir -p $@

$(BUILD)/obj/core/%.o: core/%.c | $$(@D)/
	$(call say,CC,$<)
	$(Q)$(CC) $(WARNINGS) $(CFLAGS) -g $(SANFLAGS) -Icore/lib -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: %.c | $$(@D)/
	$(call say,CC,$<)
	$(Q)$(CC) $(WARNINGS) $(CFLAGS) $(SANFLAGS) -D_GNU_SOURCE -Iharness $(LAB_CFLAGS) -pthread \
		-MMD -MP -c -o $@ $<

$(BUILD)/core/%: $(BUILD)/obj/core/%.o $(CORE_LIB) | $$(@D)/
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) $(CORE_LDFLAGS) -o $@ $^ -pthread

# a program that stories start is looked for beside them
$(BUILD)/story/%.py: harness/story/%.py | $$(@D)/
	$(Q)cp $< $@

STORY_OBJECTS := $(BUILD)/obj/harness/lab/main.o $(HARNESS)

$(BUILD)/scenarios/%: $(BUILD)/obj/scenarios/$$(subst -,_,%).o $(STORY_OBJECTS) | $$(@D)/
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) -o $@ $^ $(LAB_LIBS)

$(BUILD)/stories/%: $(BUILD)/obj/harness/tests/stories/%.o $(STORY_OBJECTS) | $$(@D)/
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) -o $@ $^ $(LAB_LIBS)

$(BUILD)/programs/%: $(BUILD)/obj/harness/tests/programs/%.o | $$(@D)/
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) -o $@ $^ $(LAB_LIBS)

$(BUILD)/obj/ground.a: $(GROUND)
	$(Q)rm -f $@; $(AR) rcs $@ $^

$(BUILD)/diagnose: $(DIAGNOSE) $(BUILD)/obj/ground.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) -o $@ $^ $(DIAGNOSE_LIBS)

# what the C tests of several folders use
TEST_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard harness/tests/support/*.c)) $(HARNESS)

$(BUILD)/tests/%: $(BUILD)/obj/harness/tests/%.o $(TEST_OBJECTS) | $$(@D)/
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(SANFLAGS) -o $@ $^ $(LAB_LIBS) -lcmocka

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
