# The two commands are `make demo` and `make test`; `make` alone builds.
BUILD ?= build
.PHONY: all
all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) ward
$(BUILD)/build.ninja:
	@meson setup $(BUILD) --prefix=/usr/local
