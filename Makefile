# docquarry has two commands; everything else is in ./dev (./dev help).
#
#   make run     install what is missing, build a release, start the service on 127.0.0.1:8000
#   make test    the same set-up, then everything that proves the product

.PHONY: help run test
help:
	@./dev help
run test:
	@./dev $@
