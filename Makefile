# Two commands on a fresh machine: `make run` and `make test`.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
WAREHOUSE ?= var/sample.duckdb
WORKERS ?= 3# processes that share the tests: one more than cores, as browsers and locks are waited for

.PHONY: run test lint bench fuzz screenshots locales reference clean
.DELETE_ON_ERROR:

run: $(VENV)/.run $(WAREHOUSE)
	@echo "Dashboard: http://127.0.0.1:$(PORT)"
	JECI_WAREHOUSE=$(WAREHOUSE) $(BIN)/streamlit run app.py \
		--server.address 127.0.0.1 --server.port $(PORT) --server.headless true

test: $(VENV)/.dev
	bash tests/install_chromium.sh $(BIN)/python
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m bench.code_lengths

bench: $(VENV)/.dev
	$(BIN)/python -m bench
	$(BIN)/python -m bench.sparse_events
	$(BIN)/python -m bench.large_claims
	$(BIN)/python -m bench.cusum_alarms

fuzz: $(VENV)/.dev
	$(BIN)/python -m bench.fuzz

screenshots: $(VENV)/.dev
	bash tests/install_chromium.sh $(BIN)/python
	$(BIN)/python -m tests.browser.screenshots var/pictures

locales: $(VENV)/.run
	$(BIN)/python locales/update_catalogues.py

reference:
	$(PYTHON) data/build_reference.py

clean:
	rm -rf $(VENV) var

$(WAREHOUSE): | $(VENV)/.run
	mkdir -p $(dir $@)
	$(BIN)/python -m index_engine sample --warehouse $@

$(VENV)/.run: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
