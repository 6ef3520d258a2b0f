/*
 * access/fixture.h: a world from one JSON document {relative path: JSON} in the layout of iam-collect.
 *
 * It is how `ward can --batch --org-fixture` gets its organization: the rows judge decisions, so the document is taken
 * as all there is (what it does not have is not there, never unread). A user's own answers go through `ward import
 * --format iam-collect` and the store, where what was not looked at stays unknown.
 */
#ifndef WARD_ACCESS_FIXTURE_H
#define WARD_ACCESS_FIXTURE_H

#include "access/world.h"

enum { FIXTURE_BYTES_MAX = 256 << 20 };

/* Fills and indexes `w`. ERR_PARSE when a path or a value is not of the layout. */
bool world_fixture(struct world *w, const struct json *files, struct err *e) WARN_UNUSED;

#endif
