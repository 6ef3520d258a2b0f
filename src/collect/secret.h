/*
 * collect/secret.h: does a text look like a secret? Pure; pattern and entropy, no network, no model.
 *
 * It errs to "yes": what is flagged is stored as a keyed hash, which loses nothing that a control
 * reads. It is not a scanner for people's repositories: it sees values that AWS returned.
 */
#ifndef WARD_COLLECT_SECRET_H
#define WARD_COLLECT_SECRET_H

#include "base/str.h"

/* The name of a variable, parameter or option says so: DB_PASSWORD, apiKey, AUTH_TOKEN. */
bool secret_name(struct str name);
/* The value itself does: an access key id, a private key, a JWT, a token with a vendor's prefix, a URL
 * with a password in it, or one word of high entropy. References to a secret's store are not secrets. */
bool secret_value(struct str value);
/* A value under a name: either of them says so, and the value is a literal. */
bool secret_pair(struct str name, struct str value);
/* A longer text (user data, a document, a template): any word or "name = value" in it does. */
bool secret_text(struct str text);

#endif
