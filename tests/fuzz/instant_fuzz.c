/* A time that instant_parse takes is written by instant_cli so that it reads back as the same time. */
#include "base/instant.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t us = 0, again = 0;
    if (!instant_parse(fuzz_str(data, size), &us))
        return 0;
    char text[INSTANT_TEXT_MAX], z[INSTANT_TEXT_MAX], basic[INSTANT_TEXT_MAX];
    MUST(instant_parse(str_of(instant_cli(us, text)), &again) && again == us);
    MUST(instant_parse(str_of(instant_z(us, z)), &again) && us - again >= 0 && us - again < US_PER_S);
    MUST(strlen(instant_basic(us, basic)) == 16);
    return 0;
}
