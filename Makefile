# The two commands are `make demo` and `make test`; `make` alone builds. What is missing is installed
# by tools/setup.sh (Debian packages, and a Python venv below BUILD for the tests); nothing is asked.
BUILD ?= build
PREFIX ?= /usr/local
SECONDS_EACH ?= 10
# For meson setup, and for tools/run_tests.py.
MESONFLAGS ?=
TESTFLAGS ?=
export BUILD

.PHONY: all demo test unit lint fuzz bench sanitize install clean
all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@tools/setup.sh build
	@meson setup $(BUILD) --prefix=$(PREFIX) $(MESONFLAGS)

# Without an AWS account: audits the sample organization that ward carries, and proves what its tenants can reach.
demo: all
	@rm -rf $(BUILD)/demo && mkdir -p $(BUILD)/demo
	@cd $(BUILD)/demo && { ../ward audit --demo --html ward-demo.html; status=$$?; \
	  case $$status in 0|1|3) ;; *) exit $$status;; esac; \
	  echo; ../ward prove --demo --from birch; proof=$$?; \
	  case $$proof in 0|1|3) ;; *) exit $$proof;; esac; \
	  echo; echo "report: $(BUILD)/demo/ward-demo.html (exit status of the audit: $$status)"; }

# The whole suite, the moto organization included.
test: test-tools $(BUILD)/build.ninja
	@ninja -C $(BUILD)
	@tools/run_tests.py $(BUILD) $(TESTFLAGS)

# Only what needs nothing but a compiler and cmocka.
unit: test-tools-unit $(BUILD)/build.ninja
	@ninja -C $(BUILD)
	@tools/run_tests.py $(BUILD) --suite unit --suite fuzz --suite lint

.PHONY: test-tools test-tools-unit
test-tools:
	@tools/setup.sh build test
	@tools/setup.sh venv $(BUILD)/venv
test-tools-unit:
	@tools/setup.sh build test

lint: test-tools
	@tools/setup.sh lint
	@tools/lint.sh

# The unit suite under AddressSanitizer and UndefinedBehaviorSanitizer.
sanitize: test-tools
	@[ -f $(BUILD)-asan/build.ninja ] || meson setup $(BUILD)-asan -Db_sanitize=address,undefined -Dwerror=true
	@ninja -C $(BUILD)-asan
	@tools/run_tests.py $(BUILD)-asan --suite unit --suite fuzz

fuzz:
	@tools/setup.sh build fuzz
	@tools/fuzz.sh $(SECONDS_EACH)

# With PEERS=1 also against Prowler, which it installs in a Python venv of its own.
bench: all
	@tools/setup.sh build test
	@tools/setup.sh venv $(BUILD)/venv
	@bench/run.sh

install: all
	@meson install -C $(BUILD) --no-rebuild

clean:
	@rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-fuzz
