#include "codec/library.h"

#include <expat.h>
#include <openssl/crypto.h>
#include <string.h>
#include <xxhash.h>
#include <yaml.h>
#include <zlib.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

void codec_libraries(struct library out[CODEC_LIBRARIES])
{
    const char *expat = XML_ExpatVersion(); /* "expat_2.5.0" */
    out[0] = (struct library){"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)};
    out[1] = (struct library){"libyaml", yaml_get_version_string()};
    out[2] = (struct library){"zlib", zlibVersion()};
    out[3] = (struct library){"expat", strncmp(expat, "expat_", 6) == 0 ? expat + 6 : expat};
    out[4] = (struct library){"xxhash", TEXT(XXH_VERSION_MAJOR) "." TEXT(XXH_VERSION_MINOR) "." TEXT(XXH_VERSION_RELEASE)};
}
