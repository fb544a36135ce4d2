# The first Python here that TensorFlow's wheels cover and that can make environments, or the one you name.
SUITS = 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info < (3, 14))'
CANDIDATES = python3 python3.13 python3.12 python3.11 python3.10
PYTHON ?= $(firstword $(foreach p,$(CANDIDATES),$(shell $(p) -c $(SUITS) 2>/dev/null && echo $(p))))

# The comics (folders <title>/<episode>/<page> or <title>/<episode>.cbz), and where they lie prepared.
# Without COMIC one of TITLES titles is drawn.
TITLES ?= 5
DRAWN := data/comic_$(TITLES)
COMIC ?= $(DRAWN)
DATA ?= $(if $(filter $(DRAWN),$(COMIC)),data/synthetic_$(TITLES),$(error Say where to prepare COMIC: DATA=data/mine))
# More flags for data_tools.prepare, such as --page_width=800.
PREPARE ?=

SCALE ?= quick
SEEDS ?= 0
# Empty: every row.
ROWS ?=
# More flags for training, such as --precision=mixed_bfloat16.
TRAIN ?=

# A space parts names in COMIC, ROWS and SEEDS, and no other setting can hold one.
spaceless = $(if $(word 2,$($(1))),$(error $(1)="$($(1))" holds a space: run the program itself with a quoted path, as docs/data.md shows))
$(foreach setting,TITLES DATA SCALE,$(call spaceless,$(setting)))
$(foreach folder,$(filter-out $(DRAWN),$(COMIC)),$(if $(wildcard $(folder)),,$(error There is no folder $(folder). \
  A space parts folders in COMIC: for a path that holds one run data_tools.prepare itself, as docs/data.md shows)))

NAME = $(notdir $(DATA:/=))/$(SCALE)
VENV := .venv/installed
RUN := .venv/bin/python -m
# Fewer arenas: memory that one thread frees serves the others too.
PYTEST := MALLOC_ARENA_MAX=2 $(RUN) pytest -n auto --maxprocesses=4 --dist loadfile --no-loadscope-reorder
REPRODUCE = $(RUN) experiments.reproduce --data_dir=$(DATA) --runs_dir=runs/$(NAME) --scale=$(SCALE) --seeds="$(SEEDS)" $(TRAIN)
# What claims are judged on: episodes of the drawn comic that no choice has seen, or the test panels of your comic.
FRESH := data/comic_$(TITLES)_fresh
JUDGED_ON = $(if $(filter $(DRAWN),$(COMIC)),data/synthetic_$(TITLES)_fresh,$(DATA))
JUDGED = results/$(notdir $(JUDGED_ON:/=))/$(SCALE)
CLAIM_ROWS := vgg_features_color vgg_features_control residual_encoder_pretrained_control residual_encoder_imagenet_control \
  diverse_vae_one_title tandem_lines pixel_dropout_divided color_and_apply_undivided \
  l2_neighbours l2_only_0 l2_only_1 l2_only_2 l2_only_3 l2_only_4

.DEFAULT_GOAL := help
.PHONY: help lint test test-all reproduce-table claims train-claims figures pretrained benchmark docs torture inspect tensorboard data fresh own-comic

help: ## List what can be made.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo 'Settings: TITLES=25 SCALE=quick|small|cpu|size|paper ROWS="l2 color_and_apply" SEEDS="0 1 2" COMIC="folder folder" DATA=data/name'
	@echo 'For your own comic: make reproduce-table COMIC=path/to/comics DATA=data/mine'

lint: $(VENV) ## Check format, style and types.
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/mypy --no-error-summary

test: $(VENV) ## Pass the tests, up to four at a time (a process needs 1.5 GB).
	$(PYTEST) -m 'not slow'

test-all: $(VENV) ## Pass all tests, those that take longest too.
	$(PYTEST)

reproduce-table: data ## Train and evaluate every row, print the paper's table.
	$(REPRODUCE) --results_dir=results/$(NAME) $(if $(ROWS),--rows="$(ROWS)")

claims: $(VENV) ## Judge the paper's statements anew from the committed values (a minute, no training).
	$(RUN) experiments.claims
	$(RUN) experiments.docs

# Verdicts need several seeds, of rows that have learned what they can.
train-claims: SEEDS = 0 1 2
train-claims: SCALE = small
train-claims: data fresh ## Train all rows and those that claims need besides, and judge the statements by your runs.
	$(REPRODUCE) --test_dir=$(JUDGED_ON) --results_dir=$(JUDGED) $(if $(ROWS),--rows="$(ROWS)")
	$(if $(ROWS),,$(REPRODUCE) --test_dir=$(JUDGED_ON) --results_dir=$(JUDGED) --rows="l2 $(CLAIM_ROWS)")
	classifiers=$$(ls -d $(foreach each,vgg16 resnet50,runs/$(NAME)/$(each)_gray/seed_$(firstword $(SEEDS))) 2>/dev/null); test -z "$$classifiers" || \
	  $(RUN) experiments.activations $$(printf ' --run_dir=%s' $$classifiers) --data_dir=$(DATA) --results_dir=$(JUDGED)
	$(RUN) experiments.claims --results_dir=$(JUDGED)

# Results of the panels that judge claims come first.
figures: RESULTS = $(if $(wildcard $(JUDGED)/gray.json),$(JUDGED),results/$(NAME))
figures: $(VENV) ## Draw the paper's figures from what is trained, and write report.html.
	$(RUN) experiments.figures --data_dir=$(DATA) --runs_dir=runs/$(NAME) --results_dir=$(RESULTS)
	$(RUN) experiments.report --data_dir=$(DATA) --results_dir=$(RESULTS)

pretrained: SCALE = cpu
pretrained: ROWS = references
pretrained: TRAIN = --epochs=10 # more bring titles that the run has never seen farther from the truth
pretrained: own-comic reproduce-table ## Train the weights that come with the package again (on which comics, their card says).
	$(RUN) experiments.release_weights --run_dir=runs/$(NAME)/references/seed_$(firstword $(SEEDS)) --output_dir=webtoon_colorize/pretrained
	$(RUN) experiments.by_title --results_dir=results/$(NAME) --experiment=references
	$(RUN) experiments.hue_histogram --run_dir=webtoon_colorize/pretrained --data_dir=$(DATA) --results_dir=results/$(NAME)

benchmark: $(VENV) ## Measure how fast everything is (20 minutes; nothing else should run).
	$(RUN) experiments.benchmark $(if $(AGAINST),--against=$(AGAINST))
	$(RUN) experiments.docs

docs: $(VENV) ## Write the tables of README and docs from experiments/reported.
	$(RUN) experiments.docs

torture: $(VENV) ## Try to break it: kills, damaged files, long runs (hours; writes experiments/reported/torture.json).
	$(RUN) tests.torture
	$(RUN) experiments.docs

fresh: $(VENV)
	$(if $(filter $(DRAWN),$(COMIC)),$(RUN) data_tools.synthesize --output_dir=$(FRESH) --titles=$(TITLES) --first_episode=41 --episodes=100)
	$(if $(filter $(DRAWN),$(COMIC)),$(RUN) data_tools.prepare --comic_dir=$(FRESH) --output_dir=$(JUDGED_ON) --test_share=1)

own-comic:
	$(if $(filter $(DRAWN),$(COMIC)),$(error Say which comics to train on: COMIC="folder folder" DATA=data/name))

inspect: $(VENV) ## Write a page that shows whether the prepared data is right.
	$(RUN) data_tools.inspect --data_dir=$(DATA)

tensorboard: $(VENV) ## Look at curves and sample grids of the rows, and compare their settings.
	.venv/bin/tensorboard --logdir=runs/$(NAME)

# Both programs leave alone what is done, and refuse what was made from something else.
data: $(VENV)
	$(if $(filter $(DRAWN),$(COMIC)),$(RUN) data_tools.synthesize --output_dir=$(DRAWN) --titles=$(TITLES))
	@# Status 1: some files could not be read and are named, but the dataset is whole.
	$(RUN) data_tools.prepare $(COMIC:%=--comic_dir=%) --output_dir=$(DATA) $(PREPARE) || test $$? -eq 1

$(VENV): setup.cfg constraints.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.10 to 3.13 with venv here: install one (Debian: python3-venv) or name it: make PYTHON=..."; exit 1; }
	@echo "Installing TensorFlow and the rest into .venv (a minute or two)"
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[app,experiments,export,lint,pretrained,test]'
	@touch $@
