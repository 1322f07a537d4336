# make demo   set everything up, create a sample workspace, open the window
# make test   set everything up, run the tests
# make check  style, types and layers · make bench  speed as ratios · make soak  faults for SECONDS · make wheel  build and try the wheel

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
DEMO   ?= demo
# How long `make soak` takes at most, about.
SECONDS ?= 900
# What Qt's platform plug-ins load at run time on Debian and Ubuntu.
QT_LIBRARIES := libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libglib2.0-0 \
	libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 \
	libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 fonts-dejavu-core

QT_STARTS := QT_QPA_PLATFORM=offscreen $(BIN)/python -c 'import PySide6.QtWidgets, PySide6.QtSvg'

SOAK := FELIX_SOAK_SECONDS=$(SECONDS) QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -o addopts="--import-mode=importlib" --timeout=0 -q

.PHONY: demo test check bench soak wheel install libraries clean

demo: install
	@$(BIN)/felix-dbadmin demo "$(DEMO)" --keep
	@$(BIN)/felix-dbadmin gui --workspace "$(DEMO)" --or-picture out/window.png

test: install
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist loadgroup

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/test_layers.py

bench: install
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest tests/benchmarks -o addopts="--import-mode=importlib --benchmark-only" -q

soak: install
	@rm -f out/soak.md
	$(SOAK) tests/faults --ignore=tests/faults/test_cancel.py -n 2 --dist worksteal
	$(SOAK) tests/faults/test_cancel.py

wheel: install
	rm -rf dist build && $(BIN)/python -m build --wheel
	$(PYTHON) -m venv build/fresh && build/fresh/bin/pip install -q dist/*.whl
	cd build && fresh/bin/felix-dbadmin demo wheel-demo && fresh/bin/felix-dbadmin status --workspace wheel-demo

install: $(VENV)/.installed libraries

$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@

libraries: $(VENV)/.installed
	@$(QT_STARTS) 2>/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing the system libraries that Qt needs"; \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $(QT_LIBRARIES) \
		&& $(QT_STARTS) || { echo "Qt still cannot start; what it says is above"; exit 1; }; \
	else \
		echo "Qt cannot start: install these packages, then run make again:"; echo "  $(QT_LIBRARIES)"; exit 1; \
	fi

clean:
	rm -rf $(VENV) dist build out $(DEMO)
