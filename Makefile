# Every target is described by the comment behind it; `make help` lists them.
SHELL := /bin/bash
export CGO_ENABLED := 0
BIN := dist/sluice
SHARED ?= ../shared

.PHONY: help build run test check vet fmt race lint suites ledger docs bench soak hostile kills fuzz clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build dist/sluice, one static binary
	go build -trimpath -ldflags "-s -w -X main.version=$$(git describe --tags --always --dirty 2>/dev/null || echo dev)" -o $(BIN) ./cmd/sluice

run: ## run the demonstration
	go run ./cmd/sluice demo

test: ## the tests, as the README runs them
	go test ./...

check: fmt vet race lint ## all that must be green before a commit

fmt:
	@test -z "$$(gofmt -l . | tee /dev/stderr)"

vet:
	go vet ./...

race:
	CGO_ENABLED=1 go test -race ./...

lint: ## staticcheck
	go tool staticcheck ./...

suites: build ## the conformance and HTTP suites of $(SHARED), held against the ledger
	go run ./internal/suites -binary $(BIN) -shared $(SHARED)

ledger: build ## rewrite testdata/ledger.txt from what the suites say
	go run ./internal/suites -binary $(BIN) -shared $(SHARED) -write

docs: ## rewrite docs/nodes.md from the node definitions
	go test ./cmd/sluice -run '^TestTheDocumentedNodesAreCurrent$$' -update

bench: ## benchmarks; not part of any check
	go test -run '^$$' -bench . -benchmem ./...

soak: ## two minutes of clients that leave early, read slowly and talk nonsense
	go run ./internal/soak -for $${SOAKTIME:-2m}

hostile: build ## function nodes that loop, hoard, recurse and throw, beside an endpoint that must not feel it
	go run ./internal/hostile -binary $(BIN)

kills: ## kill -9 while contexts, credentials, tokens and flow files are written, 200 times each
	go test ./cmd/sluice ./authz -run Kill -kills 200 -timeout 30m -v

fuzz: ## every fuzz target, FUZZTIME each (default 30s)
	./.ci/fuzz $${FUZZTIME:-30s}

clean: ## remove what was built
	rm -rf dist
