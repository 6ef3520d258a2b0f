/* codec/library.h: the libraries in use and their versions at run time, for `ward version`. */
#ifndef WARD_CODEC_LIBRARY_H
#define WARD_CODEC_LIBRARY_H

struct library {
    const char *name, *version;
};

enum { CODEC_LIBRARIES = 5 };
/* OpenSSL, libyaml, zlib, expat, xxhash; static strings. */
void codec_libraries(struct library out[CODEC_LIBRARIES]);

#endif
