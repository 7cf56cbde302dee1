# Two commands on a fresh machine: `make run` and `make test`.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := var/sample.duckdb
WAREHOUSE ?= $(SAMPLE)
ENGINE := $(BIN)/python -m index_engine
WORKERS ?= 4# processes that share the tests: more than cores, as browsers, locks and other processes are waited for

.PHONY: run test lint bench fuzz screenshots locales reference clean
.DELETE_ON_ERROR:

run: $(VENV)/.run
	@$(BIN)/python -c 'import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); \
		s.bind(("127.0.0.1", $(PORT)))' 2>/dev/null \
		|| { echo "error: port $(PORT) is taken; choose another, as in: make run PORT=8600" >&2; exit 2; }
ifeq ($(WAREHOUSE),$(SAMPLE))
# Made anew where it is of an older version: a sample holds nothing of anybody's.
	@mkdir -p var
	@$(ENGINE) scores --warehouse $(SAMPLE) --level province >/dev/null 2>&1 || $(ENGINE) sample --warehouse $(SAMPLE)
else
# Whatever else may be wrong with it, the page says and mends.
	@test -e "$(WAREHOUSE)" || { echo "error: there is no file $(WAREHOUSE)" >&2; exit 2; }
endif
	@echo "Dashboard: http://127.0.0.1:$(PORT)"
	@JECI_WAREHOUSE="$(WAREHOUSE)" $(BIN)/streamlit run app.py \
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
	$(BIN)/python -m bench.known_worlds
	$(BIN)/python -m bench.format_cost

fuzz: $(VENV)/.dev
	$(BIN)/python -m bench.fuzz
	$(BIN)/python -m bench.messy_workbooks

screenshots: $(VENV)/.dev
	bash tests/install_chromium.sh $(BIN)/python
	$(BIN)/python -m tests.browser.screenshots var/pictures

locales: $(VENV)/.run
	$(BIN)/python locales/update_catalogues.py

reference:
	$(PYTHON) data/build_reference.py

# What commands here make, and nothing else in var/: data sets of people's own and their salts lie there too.
clean:
	rm -rf $(VENV) $(SAMPLE)* var/pictures var/bench

$(VENV)/.run: requirements.txt
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); } \
		|| { rm -rf $(VENV); echo "error: Python cannot make a virtual environment here;" \
			"on Debian and Ubuntu: apt install python3-venv" >&2; exit 2; }
	@echo "Installing what the dashboard needs into $(VENV) (the first time takes some minutes)"
	@$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt | { grep -v "already satisfied" || true; }
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
