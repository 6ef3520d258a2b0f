/* net/library.h: version of libcurl at run time, for `ward version`. */
#ifndef WARD_NET_LIBRARY_H
#define WARD_NET_LIBRARY_H

/* A static string. */
const char *net_library_version(void);

#endif
