#include "net/library.h"

#include <curl/curl.h>

const char *net_library_version(void) { return curl_version_info(CURLVERSION_NOW)->version; }
