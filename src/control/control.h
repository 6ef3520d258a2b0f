/*
 * control/control.h: controls: one SQL file each, loaded, planned, judged.
 *
 * Place in the flow: facts -> CONTROL -> report. A control file tells in its header what it is (id, title,
 * severity, citations of 45 CFR, the operations it reads, remedy) and selects one row per subject; the
 * columns and the rules by which missing data turns a row into unknown are in ARCHITECTURE.md, "A control".
 * What it is not: the collector's plan. control_operations() names what controls read; what must be called
 * before that (parents) is the collector's closure.
 */
#ifndef WARD_CONTROL_CONTROL_H
#define WARD_CONTROL_CONTROL_H

#include "codec/json.h"
#include "store/store.h"

enum control_severity { CONTROL_CRITICAL, CONTROL_HIGH, CONTROL_MEDIUM, CONTROL_LOW };
enum control_scope { SCOPE_RESOURCE, SCOPE_REGION, SCOPE_ACCOUNT, SCOPE_ORGANIZATION };
/* Worst first. */
enum control_verdict { CONTROL_FAIL, CONTROL_UNKNOWN, CONTROL_WAIVED, CONTROL_PASS, CONTROL_NOT_APPLICABLE };
enum { CONTROL_VERDICTS = 5, CONTROL_SEVERITIES = 4 };

const char *control_severity_name(enum control_severity s);
bool control_severity_of(struct str name, enum control_severity *out);
const char *control_verdict_name(enum control_verdict v);
bool control_verdict_of(struct str name, enum control_verdict *out);

struct strings {
    struct str *items;
    uint32_t count;
};

struct control {
    struct str id, title, type, remedy;
    struct str needs; /* another verb that decides it ("ward prove"): no SQL, always unknown here */
    struct str sql;   /* NUL terminated */
    struct str file;  /* where it came from, for messages */
    enum control_severity severity;
    enum control_scope scope;
    struct strings citations, lists, reads;
    bool user;         /* from --controls */
    struct str broken; /* a user's control that could not be read: "file:line: why"; else {NULL, 0} */
};

struct controls {
    struct control *items; /* sorted by id */
    uint32_t count;
    char sha256[65]; /* of all texts */
};

enum { CONTROL_BYTES_MAX = 1 << 20, CONTROLS_MAX = 4096, CONTROL_OPERATIONS_MAX = 64, CONTROL_LIMIT_MS = 30000 };

/* Reads one file's text. ERR_CONTROL "file:line: why". `sql` points into a copy in `a`. */
bool control_parse(struct arena *a, const char *file, struct str text, struct control *out, struct err *e) WARN_UNUSED;
/* The embedded controls and those of `dir` (NULL = none; *.sql in it). A file of `dir` that cannot be read as
 * a control is kept with `broken` set; one that takes the id of another control is ERR_CONTROL. */
bool controls_load(struct arena *a, const char *dir, struct controls *out, struct err *e) WARN_UNUSED;
/* By id, or NULL. */
const struct control *controls_find(const struct controls *c, struct str id);
/* The operations that the controls list and read, sorted, each once. */
struct strings control_operations(struct arena *a, const struct controls *c);

/* What has just been finished. */
enum control_phase { CONTROL_FACTS_BUILT, CONTROL_JUDGED, CONTROL_WRITTEN };

struct control_request {
    int64_t run;
    const struct json *config; /* ward.yaml as JSON with defaults; NULL = empty */
    int64_t as_of_us;          /* ages, waivers, attestations are judged at this time */
    int64_t at_us;             /* when the judging is done, for the record */
    const char *tool_version;
    void (*on_phase)(void *user, enum control_phase done); /* NULL = nobody asks */
    /* Called when the facts stand and before the controls: what other stages make of them, as tables that
     * controls read. NULL = nothing. */
    bool (*derive)(void *user, struct arena *a, struct store *s, struct err *e);
    void *user;
};

struct control_summary {
    int64_t evaluation;
    uint64_t findings[5];     /* by verdict */
    uint64_t controls[5];     /* by verdict */
    uint64_t fails[4];        /* failing findings by severity */
    uint64_t gaps;            /* calls that did not end well or were not made */
    uint64_t expired_waivers, refused_waivers;
    uint64_t citations[6];    /* by citation_state */
    struct strings errors;    /* controls that did not run: "file: why" */
};

/* Builds the facts if need be, judges every control and writes evaluation, finding, control_result and
 * citation_result in one transaction. The store must be open for writing and `a` must live as long as it is
 * used afterwards. A control that does not run is unknown and named in `errors`; that is no error. */
bool control_evaluate(struct arena *a, struct store *s, const struct control_request *r, const struct controls *c,
                      struct control_summary *out, struct err *e) WARN_UNUSED;

/* Ids that waivers of the configuration in force name and that no finding of the evaluation has: mistyped, or of
 * something that is gone. Right for an evaluation of all controls only. Strings from `a`. */
bool control_stray_waivers(struct arena *a, struct store *s, int64_t evaluation, struct strings *out, struct err *e) WARN_UNUSED;

#endif
