# Weir. `make demo` shows it, `make test` tests it, `make check` is what a change must pass.

CARGO ?= cargo
DATA ?= target/demo-data
LISTEN ?= 127.0.0.1:8420

.DEFAULT_GOAL := help
.PHONY: help console demo test check quick fmt lint docs deny typos fuzz bench bench-ingest bench-large eval soak reference build clean

help: ## Show what there is to make.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

CONSOLE := console/dist/index.html
$(CONSOLE): console/package-lock.json console/index.html console/vite.config.ts $(shell find console/src console/public -type f 2>/dev/null)
	cd console && npm ci --no-audit --no-fund --loglevel=error && npm run build

console: $(CONSOLE) ## Build the console's files, which the binary takes in.

demo: $(CONSOLE) ## Build, make the demo world, ingest it, detect, print what was found, and serve it.
	$(CARGO) build --release --locked --package app
	target/release/weir --data $(DATA) demo --listen $(LISTEN) $(DEMO_ARGS)

test: ## Install what the tests need and run every test.
	./scripts/test

check: fmt lint test docs deny typos ## Everything a change must pass.

quick: ## Test the crates that do without the query engine: seconds, not minutes.
	$(CARGO) test --locked -p flow -p formats -p enrich -p detect -p simulate -p convert

build: $(CONSOLE) ## Build the command for daily use.
	$(CARGO) build --release --locked --package app

fmt: ## Formatting is as rustfmt leaves it.
	$(CARGO) fmt --all --check

lint: ## Clippy finds nothing.
	$(CARGO) clippy --workspace --all-targets --locked -- --deny warnings

docs: ## The documentation builds and its links lead somewhere.
	RUSTDOCFLAGS="--deny warnings" $(CARGO) doc --workspace --no-deps --locked

deny: ## Licences, advisories and sources of the dependencies are allowed.
	@command -v cargo-deny >/dev/null || $(CARGO) install --locked cargo-deny
	$(CARGO) deny --offline check bans licenses sources

typos: ## No misspellings.
	@command -v typos >/dev/null || $(CARGO) install --locked typos-cli
	typos

fuzz: ## Fuzz every decoder for 60 seconds.
	./scripts/fuzz 60

bench: ## Figures: ingest beside a floor in C, Polars, chDB and DuckDB, bytes a flow, warm latency. Takes half an hour.
	./scripts/bench-ingest
	./scripts/bench

bench-ingest: ## The part of the figures that does without the query engine.
	./scripts/bench-ingest

bench-large: ## The same, and one object of 10 GB decoded, and 10 GB of zeros in 10 MB.
	WEIR_BENCH_LARGE=1 ./scripts/bench-ingest

eval: build ## How good the detectors are, on twenty simulated worlds: rewrites docs/EVALUATION.md.
	$(CARGO) run --release --locked --package evaluate

soak: ## A thousand kills of the collector and of the command while they write.
	WEIR_KILLS=1000 $(CARGO) test --locked -p app --test main -- --nocapture kill

reference: ## Rewrite the generated pages and the OpenAPI document.
	WEIR_UPDATE=1 $(CARGO) test --locked -p app reference
	WEIR_UPDATE=1 $(CARGO) test --locked -p api document

clean: ## Remove what was built.
	$(CARGO) clean
