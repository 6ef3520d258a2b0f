/* CPU time of a TLS handshake through net/http, beside libcurl's default on Debian (its built-in CAPATH switches
 * its CA cache off). bench-tls URL BUNDLE [COUNT]; bench/tls.sh starts the server. */
#include "net/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static double cpu_ms(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

/* Every answer closes its connection, so each request is a handshake. */
static double ours(const char *url, const char *bundle, int count)
{
    struct err e = {0};
    struct http *h = http_new(&(struct http_options){.ca_bundle = bundle, .proxy = ""}, &e);
    if (!h)
        die("%s", e.message);
    double from = 0;
    for (int i = -1; i < count; i++) { /* the first one reads the bundle and is not counted */
        struct arena *a = arena_new(4096);
        struct http_response r = {0};
        struct http_request q = {.method = STR("GET"), .url = str_of(url)};
        if (!http_fetch(h, a, &q, &r, &e) || r.outcome != HTTP_OK || r.appconnect_us == 0)
            die("request %d: %s", i, r.error);
        arena_free(a);
        if (i < 0)
            from = cpu_ms();
    }
    double ms = (cpu_ms() - from) / count;
    http_free(h);
    return ms;
}

static size_t drop(char *data, size_t size, size_t n, void *user)
{
    (void)data, (void)user;
    return size * n;
}

static double usual(const char *url, const char *bundle, int count)
{
    CURL *c = curl_easy_init();
    if (!c)
        die("libcurl cannot be initialised");
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_CAINFO, bundle);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
    double from = 0;
    for (int i = -1; i < count; i++) {
        CURLcode rc = curl_easy_perform(c);
        if (rc != CURLE_OK)
            die("request %d: %s", i, curl_easy_strerror(rc));
        if (i < 0)
            from = cpu_ms();
    }
    double ms = (cpu_ms() - from) / count;
    curl_easy_cleanup(c);
    return ms;
}

int main(int argc, char **argv)
{
    int64_t count = 300;
    if (argc < 3 || (argc > 3 && (!str_to_i64(str_of(argv[3]), &count) || count < 1 || count > 100000)))
        die("usage: bench-tls URL BUNDLE [COUNT]");
    double us = ours(argv[1], argv[2], (int)count), them = usual(argv[1], argv[2], (int)(count > 60 ? 60 : count));
    printf("tls: ward %.2f ms of CPU a handshake, libcurl's default CAPATH %.2f ms, ratio %.1f (%lld handshakes, %s)\n", us, them,
           them / us, (long long)count, curl_version());
    return 0;
}
