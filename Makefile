# Every target installs what it needs first (tools/setup) and does nothing twice.
SHELL := /bin/bash
NINJA := nice ninja

.PHONY: help build run test bench fuzz docs format tidy clean

help: ## Lists these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Builds build/release/rostrum and rostrum-av
	@tools/setup build
	@tools/build_web
	@[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
	@$(NINJA) -C build/release rostrum rostrum-av

run: build ## Builds, then serves a demo channel until Ctrl-C
	@exec build/release/rostrum serve --demo --set data_dir=build/data

test: ## Builds and runs every test
	@tools/run_tests

bench: ## Runs the micro benchmarks (CPU time)
	@tools/setup build
	@[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
	@$(NINJA) -C build/release
	@for bench in build/release/bench/*_bench; do "$$bench" || exit 1; done

fuzz: ## Fuzzes every parser for FUZZ_SECONDS (20) each
	@tools/setup test
	@[ -f build/fuzz/build.ninja ] || cmake --preset fuzz >/dev/null
	@$(NINJA) -C build/fuzz
	@tools/run_fuzz

docs: build ## Writes docs/configuration.md and docs/api.md from code, facts and test runs
	@build/release/rostrum config docs >docs/configuration.md
	@[ ! -d build/api-coverage ] || tools/generate_api docs docs/api.md build/api-coverage

format: ## Formats the C++ files
	@git ls-files -z 'src/*.h' 'src/*.cc' 'fuzz/*.cc' 'bench/*.cc' | xargs -0 clang-format-19 -i

tidy: ## Compiles with clang-tidy (slow)
	@tools/setup test
	@cmake --preset tidy >/dev/null
	@$(NINJA) -C build/tidy

clean: ## Removes everything that was built
	@rm -rf build web/node_modules tests/node_modules
