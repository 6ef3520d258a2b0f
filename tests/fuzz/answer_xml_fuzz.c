/* Bodies of the query, EC2 and REST XML protocols: "OPERATION\nBODY". */
#include "answer_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_body(data, size, true); }
