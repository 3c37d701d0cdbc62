# make demo    everything from a fresh Debian 12 to a lost region and its report
# make test    everything that is checked: format, warnings, unit tests, the lab
# make help    the rest

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.DEFAULT_GOAL := help

drill := .build/debug/drill
# The flags are the same wherever something is built, so that nothing is built twice.
build_flags := --explicit-target-dependency-import-check error
with_engine := scripts/engine run
# Thousands of passing lines hide the one that matters; the whole of it is in .build/*.log.
only_failures := grep --line-buffered -vE '^(◇|✔ (Test case|Suite|Test [^r]))|^↳ (///|Testing Library|Target Platform)'
experiment ?= Experiments/region-loss.yaml

.PHONY: help setup build release build-tests lint unit commands field integration lab lab-down demo thrice test \
        test-long clean death simulation mutants bench

help: ## these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## install what is missing, start the container engine
	@scripts/setup

build: setup ## build drill
	@swift build --product drill $(build_flags)

# What is measured is what is used. The Swift libraries are inside: it runs where no Swift is.
release: setup ## build drill as it is to be used: .build/release/drill
	@swift build -c release --product drill --static-swift-stdlib $(build_flags)

build-tests: setup ## build drill and its tests; warnings are errors
	@swift build --build-tests $(build_flags)

lint: ## look whether everything is formatted
	@swift format lint --strict --parallel --recursive Package.swift Sources Tests

lab: build ## bring the lab up
	@$(with_engine) $(drill) lab up

lab-down: build ## remove the lab
	@$(with_engine) $(drill) lab down

demo: lab ## bring the lab up and lose a region of it (experiment=FILE for another disaster)
	@code=0; $(with_engine) $(drill) run $(experiment) || code=$$?; \
	[ $$code = 0 ] || echo "make demo: drill ended with exit code $$code"; \
	exit $$code

thrice: lab ## run it three times; ends at the first run that doesn't pass or leaves the lab in pieces
	@for run in 1 2 3; do \
	  echo "make thrice: run $$run of 3"; \
	  code=0; $(with_engine) $(drill) run $(experiment) || code=$$?; \
	  [ $$code = 0 ] || { echo "make thrice: run $$run ended with exit code $$code"; exit $$code; }; \
	  timeout 60 $(SHELL) -c 'until $(with_engine) $(drill) lab status >/dev/null; do sleep 1; done' || \
	    { $(with_engine) $(drill) lab status; exit 1; }; \
	done

unit: build-tests ## tests that need nothing but this machine
	@swift test --skip-build --disable-xctest $(build_flags) \
	  --skip '^(LabTests|DrillFieldTests|CommandTests)' 2>&1 | tee .build/unit.log | $(only_failures)

# Runs that are waited for by the clock: beside others, that wait for a process of theirs, a test's turn
# comes too late.
commands: build-tests ## tests of drill as it is called, with runs on this machine
	@swift test --skip-build --disable-xctest $(build_flags) --no-parallel \
	  --filter '^CommandTests' 2>&1 | tee .build/commands.log | $(only_failures)

# Real sockets, real sshd, real PostgreSQL, and bounds on time: one at a time.
field: build-tests ## tests of the ways into the world: SSH, probes, leases, the engine
	@swift test --skip-build --disable-xctest $(build_flags) --no-parallel \
	  --filter '^DrillFieldTests' 2>&1 | tee .build/field.log | $(only_failures)

integration: build-tests ## tests against the real lab
	@$(with_engine) $(drill) lab up
	@$(with_engine) swift test --skip-build --disable-xctest $(build_flags) --no-parallel \
	  --filter '^LabTests' 2>&1 | tee .build/integration.log | $(only_failures)

death: build-tests ## end drill at every event in every way with every family of faults; look at the hosts
	@$(with_engine) $(drill) lab up
	@DRILL_DEATH=all $(with_engine) swift test --skip-build --disable-xctest $(build_flags) --no-parallel \
	  --filter '^LabTests.LabTests/Ends' 2>&1 | tee .build/death.log | $(only_failures)

# DRILL_SEED=417 runs that one alone and shows what happened.
seeds ?= 5000
simulation: build-tests ## many random plans in a simulated world (seeds=5000), or one: DRILL_SEED=417
	@DRILL_SEEDS=$(seeds) swift test --skip-build --disable-xctest $(build_flags) \
	  --filter '^DrillEngineTests\.SimulationTests/ordeal' 2>&1 \
	  | tee .build/simulation.log | $(only_failures)

mutants: build-tests ## plant mistakes in the engine: the tests must see each
	@scripts/mutants

# The truth is looked for in many more histories than `make unit` has time for.
test-long: build-tests ## what takes hours: seeds by the thousand, mutants, and death in every way
	@DRILL_SEEDS=20000 swift test --skip-build --disable-xctest $(build_flags) \
	  --filter '^DrillModelTests\.(Figure)?TruthTests' 2>&1 | tee .build/truth.log | $(only_failures)
	@$(MAKE) simulation seeds=20000
	@$(MAKE) mutants
	@$(MAKE) death

bench: release ## drill and its peers on the same work, as one table (PART=start: start outages load fanout report)
	@DRILL=.build/release/drill scripts/bench $(PART)

test: setup lint build-tests unit commands field integration ## what CI runs
	@echo; for part in unit commands field integration; do \
	  printf '%-12s %s\n' "$$part" "$$(grep 'Test run with' .build/$$part.log | tail -n 1)"; \
	done

clean: ## remove what was built (the lab stays: make lab-down)
	@rm -rf .build
