PYTHON ?= python3.11
VENV = .venv
BIN = $(VENV)/bin
CATALOGUES = $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/messages.po))

.PHONY: run test test-postgres test-engine bench lint audit words pictures
run: $(VENV)/run $(CATALOGUES)
	@$(BIN)/flask migrate --demo
	@exec $(BIN)/python app.py

test: $(VENV)/test $(CATALOGUES)
	@tests/install-peers
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# The same tests on a cluster of PostgreSQL that is thrown away, but those marked `sqlite`, which are about a file.
# Some only: make test-postgres TESTS="tests/test_kill.py".
# These are about the engine, the ledger and the search, and about lists, quarter hours and words by language, where what
# held on SQLite alone was found. The workers and the move (tests/test_workers.py, test_moving.py) begin a cluster of their
# own in any run.
ENGINE = $(addprefix tests/test_,sending.py launch.py receipts.py ledger.py sheet_search.py members.py floor.py facts.py)
test-postgres: $(VENV)/test $(CATALOGUES)
	@tests/install-peers
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(TESTS)

test-engine: TESTS = $(ENGINE)
test-engine: test-postgres

# Speed, as ratios to its peers on the same sinks: a table here and in bench.json. Some only: make bench BENCH="email sms".
bench: $(VENV)/bench $(CATALOGUES)
	@tests/install-peers bench
	@$(BIN)/python -m tests.bench $(BENCH)

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive app.py models.py store.py dialect.py founding.py dispatch views migrations

# Known holes in what we stand on. Where it cannot reach its data it says so and fails nothing.
audit: $(VENV)/test
	@rm -f $(VENV)/audit.json
	@$(BIN)/pip-audit --local --progress-spinner off --format json --output $(VENV)/audit.json 2>/dev/null \
		|| if test -s $(VENV)/audit.json; then cat $(VENV)/audit.json; exit 1; \
		else echo "pip-audit does not reach its data here: nothing was looked up."; fi

# The pictures of the README, of the demonstration in a real browser.
pictures: $(VENV)/test $(CATALOGUES)
	@$(BIN)/python -m docs.pictures

$(VENV)/run: requirements.txt
	@test -x $(BIN)/python || $$(command -v $(PYTHON) || echo python3) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/test: $(VENV)/run tests/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

$(VENV)/bench: $(VENV)/test tests/bench/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/bench/requirements.txt
	@touch $@

%.mo: %.po $(VENV)/run
	@$(BIN)/pybabel --quiet compile -i $< -o $@ -l $(notdir $(patsubst %/LC_MESSAGES/,%,$(dir $<)))

# Gathers the strings of code and templates into the catalogues; a translator then fills in what is new.
words: $(VENV)/run
	$(BIN)/pybabel --quiet extract -F translations/babel.cfg -k N_ -k _l -k say --no-location --sort-output --project Belfort -o translations/messages.pot .
	$(BIN)/pybabel --quiet update -i translations/messages.pot -d translations --no-fuzzy-matching -w 110
	@rm translations/messages.pot
