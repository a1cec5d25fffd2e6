# Everything a developer runs. Works as root or with sudo; needs git, make and a Debian 12.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

JOBS ?= $(shell nproc)
step := .ci/step
# Ninja shows its progress on one line of a terminal; elsewhere it would be hundreds of lines.
ninja_flags := $(if $(MAKE_TERMOUT),,-- --quiet)
build_preset = $(step) "Configure $(1)" cmake --preset $(1) --log-level=WARNING && \
  $(step) "Build $(1)" cmake --build --preset $(1) --parallel $(JOBS) $(if $(2),--target $(2)) $(ninja_flags)

.PHONY: help build release install demo test soak fuzz bench figures screenshots format lint clean

help: ## Show this
	@echo "Leadrelay. JOBS=$(JOBS) is how many things run at once."
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the program: build/release/worker/cli/leadrelay
	@$(step) "Install packages" .ci/install_packages build
	@$(call build_preset,release,leadrelay manual)

release: ## Build the program as the image has it, optimised by a run of its demo: build/trained/worker/cli/leadrelay
	@$(step) "Install packages" .ci/install_packages build
	@$(step) "Build trained" .ci/build_release . build/trained

install: build ## Install the program, its page of the manual and its completions; PREFIX=/usr/local
	@$(step) "Install" cmake --install build/release --prefix $(or $(PREFIX),/usr/local)

demo: build ## Show the main job in one process, without a broker
	@build/release/worker/cli/leadrelay demo

test: ## Build and run every test, then those of the logic under ASan and UBSan and those with several threads under TSan
	@$(step) "Install packages" .ci/install_packages test
	@$(call build_preset,dev)
	@$(step) "Test dev" ctest --preset dev --parallel $(JOBS)
	@$(call build_preset,asan,unit_tests)
	@$(step) "Test asan" ctest --preset asan --parallel $(JOBS)
	@$(call build_preset,tsan,leadrelay integration_members unit_process)
	@$(step) "Test tsan" ctest --preset tsan

soak: ## Run many seeds of the simulation; SEEDS=2000 FIRST=1
	@$(step) "Install packages" .ci/install_packages test
	@$(call build_preset,dev,simulate)
	@$(step) "Soak" build/dev/tests/simulation/simulate --first $(or $(FIRST),1) --count $(or $(SEEDS),2000)

fuzz: ## Build and run the fuzzers; SECONDS_EACH=60 TARGETS="decode_json ..."
	@$(step) "Install packages" .ci/install_packages test
	@$(call build_preset,fuzz)
	@$(step) "Fuzz" tests/fuzz/run build/fuzz $(or $(SECONDS_EACH),60) $(TARGETS)

bench: ## Build and run the benchmarks
	@$(step) "Install packages" .ci/install_packages bench
	@$(call build_preset,bench)
	@benchmarks/run build/bench
	@benchmarks/scale build/bench
	@benchmarks/trickle build/bench
	@benchmarks/gate build/bench
	@benchmarks/merging build/bench
	@benchmarks/limits build/bench
	@build/bench/benchmarks/bench_shares
	@benchmarks/dead_letters build/bench

figures: ## Draw docs/performance.md's pictures anew: the plots of what was measured, and where this machine's CPU time goes
	@$(step) "Install packages" .ci/install_packages figures
	@$(call build_preset,bench)
	@benchmarks/plots docs/measured/workers.jsonl docs/images
	@benchmarks/flame_graph build/bench docs/images/flame_graph.svg

screenshots: ## Make the pictures of the status page anew; MINUTES=15 of charts
	@$(step) "Install packages" .ci/install_packages test
	@$(call build_preset,dev,leadrelay page_scene)
	@LEADRELAY_BINARY=build/dev/worker/cli/leadrelay LEADRELAY_SCENE=build/dev/tests/page/page_scene \
	  /usr/bin/python3 -B tests/page/screenshots.py tests/integration/kafka/broker docs/images $(or $(MINUTES),15)

format: ## Format the C++ sources
	@$(step) "Install packages" .ci/install_packages lint
	@git ls-files -z '*.cpp' '*.hpp' | xargs -0 clang-format-19 -i

lint: ## Check the C++ sources with clang-tidy
	@$(step) "Install packages" .ci/install_packages lint
	@$(call build_preset,asan,leadrelay_asio leadrelay_proto)
	@$(step) "Lint" run-clang-tidy-19 -quiet -j $(JOBS) -p build/asan '/worker/.*\.cpp$$'

clean: ## Remove the build folder
	@rm -rf build
