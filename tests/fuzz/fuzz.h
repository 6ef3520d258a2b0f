/* tests/fuzz/fuzz.h: what a fuzz target needs. A broken property aborts, also with NDEBUG. */
#ifndef WARD_TESTS_FUZZ_H
#define WARD_TESTS_FUZZ_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(property)                                                                             \
    do {                                                                                           \
        if (!(property))                                                                           \
            die("fuzz: %s does not hold (%s:%d)", #property, __FILE__, __LINE__);                  \
    } while (0)

static inline struct str fuzz_str(const uint8_t *data, size_t size)
{
    return str_make((const char *)data, size);
}

#endif
