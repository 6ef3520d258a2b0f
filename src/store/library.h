/* store/library.h: version of SQLite at run time, for `ward version`. */
#ifndef WARD_STORE_LIBRARY_H
#define WARD_STORE_LIBRARY_H

/* A static string. */
const char *store_library_version(void);

#endif
