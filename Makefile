# make book | make test | make test-browser | make live | make lint | make bench | make tables: each sets up what it needs by itself.
PYTHON ?= python3
BIN = .venv/bin
READY = .venv/.ready
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
PLAYWRIGHT = $(shell sed -n 's/^browser = \[\(".*"\)\].*/\1/p' pyproject.toml)
READ_BY_PAGES = $(shell find facelib book/results -type f -not -path '*/__pycache__/*')
export JUPYTER_PREFER_ENV_PATH = 1
export PYDEVD_DISABLE_FILE_VALIDATION = 1

help:  ## what there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Without the data sets of this machine: a page may not show pictures of them, nor means of such.
book: $(READY) _build/.package  ## the book, executed, in _build/html
	env -u FACELIB_DATA XDG_CACHE_HOME="$(CURDIR)/_build/cache" $(BIN)/jupyter-book build . -W -n --keep-going
	@echo "The book is at _build/html/index.html"

test: $(READY)  ## the tests, the doctests and the notebooks
	$(BIN)/pytest --nbval --nbval-current-env

test-browser: $(READY)  ## figures, the swapping app and the small widgets, in Chromium; FACELIB_SHOTS=DIR keeps pictures of them
	@test -n "$(CHROMIUM)" || { echo "Chromium is missing: apt-get install chromium, or name yours, CHROMIUM=/path/to/it"; exit 1; }
	@$(BIN)/python -c "import playwright" 2>/dev/null || $(BIN)/pip install --quiet --disable-pip-version-check $(PLAYWRIGHT)
	CHROMIUM="$(CHROMIUM)" $(BIN)/pytest tests/browser

lint: $(READY)  ## code style, and notebooks in step with their sources
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/notebooks.py check

live: $(READY)  ## JupyterLab on the chapters
	$(BIN)/jupyter lab --notebook-dir=book $(if $(filter 0,$(shell id -u)),--allow-root)

notebooks: $(READY)  ## run the chapters and write them anew as notebooks
	$(BIN)/python tools/notebooks.py run

times: $(READY)  ## how long each chapter takes in the tier FACELIB_TIER: into the chapters and the status page
	$(BIN)/python tools/notebooks.py times

colab:  ## the chapters as in Colab: other versions, an empty folder; 6 GB, an hour
	tools/try_colab.sh all

bench: $(READY)  ## how fast facelib is, beside what else can be installed
	$(BIN)/python tools/bench.py
	$(BIN)/python tools/bench_memory.py
	$(BIN)/python tools/bench_rendered.py
	$(BIN)/python tools/bench_training.py

tables: $(READY)  ## the tables of swaps anew, with FACELIB_DATA; minutes
	$(BIN)/python tools/tables.py

clean:  ## remove what was built (.venv stays)
	rm -rf _build

$(READY): requirements.txt
	@echo "Installing the environment into .venv (3 GB; some minutes)"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

# The cache of executed chapters, and Sphinx, know the pages' text, but not the package and the records that they read.
_build/.package: $(READ_BY_PAGES) requirements.txt
	@rm -rf _build/.jupyter_cache _build/.doctrees
	@mkdir -p _build
	@touch $@

.PHONY: help book test test-browser lint live notebooks times colab bench tables clean
.DEFAULT_GOAL := help
