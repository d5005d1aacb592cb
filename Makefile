# `make run`: the chat in your browser. `make test`: everything that must hold. Both work on a fresh clone.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test page toolchain format lint unit arrows end2end test-clients screenshots model model-check

help:
	@echo 'make run    build Chaton and open the chat (the first time takes a while)'
	@echo 'make test   formatting, lints, tests, the page for the browser, end-to-end tests'
	@echo 'make test-clients   the program beside programs of others'
	@echo 'make model  draw, train and export the built-in model (hours; models/mini/recipe/README.md)'
	@echo 'make model-check    measure the built-in model'

# SERVE: more flags, e.g. make run SERVE='--model ~/models/pixtral-12b'
run: page
	cargo run --quiet --release --package server -- serve $(SERVE)

test: format page lint arrows unit end2end

# rustup may be told not to install by itself what rust-toolchain.toml names.
toolchain:
	@command -v rustup >/dev/null || { echo 'Chaton is built with Rust: install rustup from https://rustup.rs, then try again.' >&2; exit 1; }
	@rustup show active-toolchain >/dev/null 2>&1 || rustup toolchain install
	@rustup target add wasm32-unknown-unknown 2>/dev/null || { echo 'rustup could not add the target wasm32-unknown-unknown; the network is needed for it once.' >&2; exit 1; }

# The page's script, wasm and styles, in target/site/pkg; fails when the wasm is too heavy.
page: toolchain
	cargo xtask page

format: toolchain
	cargo fmt --all --check

# The page is linted twice: as the server and as the browser compile it.
lint: page
	cargo clippy --workspace --exclude hydrate --all-targets -- -D warnings
	cargo clippy --package hydrate --target wasm32-unknown-unknown --profile wasm-release -- -D warnings

# The page must stay free of database and model: it also runs in browsers.
arrows: toolchain
	@! cargo tree --package app --features ssr --edges normal --prefix none | grep -E '^(sqlx|candle|tokenizers|engine|storage|markup)' \
	  || { echo 'app must depend neither on the database nor on the model (docs/ARCHITECTURE.md)' >&2; exit 1; }
	@! cargo tree --package storage --edges normal --prefix none | grep -E '^(candle|engine|leptos|axum|app) ' \
	  || { echo 'storage must know nothing of models and pages (docs/ARCHITECTURE.md)' >&2; exit 1; }
	@! cargo tree --package engine --edges normal --prefix none | grep -E '^(sqlx|storage|leptos|axum|app) ' \
	  || { echo 'engine must know nothing of conversations and pages (docs/ARCHITECTURE.md)' >&2; exit 1; }

unit: page
	cargo test --workspace --exclude hydrate

end2end: page
	end2end/run.sh

# Beside programs of others, which npm and pip bring: a provider of single sign-on, a mail server.
test-clients: page
	end2end/run.sh --clients

# Pictures of the pages for the documentation.
screenshots: page
	end2end/run.sh --screenshots

# The built-in model from nothing, in target/model/mini; stopped, it goes on where it was. MODEL='--minutes 90' stops by itself.
model:
	models/mini/recipe/run.sh train $(MODEL)

# How many answers of the built-in model are right, and that Chaton and transformers read it as the training code does.
# MODEL: another model's folder
model-check:
	models/mini/recipe/run.sh check $(MODEL)
