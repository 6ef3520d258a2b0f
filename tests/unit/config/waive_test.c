#include "harness.h"

#include "config/waive.h"

static const struct waiver sample = {
    .finding = {"0123456789abcdef", 16}, .owner = {"Ann Lee", 7}, .reason = {"public: \"site\"", 14}, .expires = {"2027-01-31", 10}};

#define ENTRY(i)                                                                                   \
    i "- finding: \"0123456789abcdef\"\n" i "  owner: \"Ann Lee\"\n" i                               \
      "  reason: \"public: \\\"site\\\"\"\n" i "  expires: 2027-01-31\n"

static void test_places(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
    } cases[] = {
        {"version: 1\n", "version: 1\nwaivers:\n" ENTRY("  ")},
        {"version: 1", "version: 1\nwaivers:\n" ENTRY("  ")},
        {"# c\nversion: 1 # d\n\n# end\n", "# c\nversion: 1 # d\n\n# end\nwaivers:\n" ENTRY("  ")},
        {"  version: 1\n", "  version: 1\n  waivers:\n" ENTRY("    ")},
        {"waivers: # none\nversion: 1\n", "waivers: # none\n" ENTRY("  ") "version: 1\n"},
        {"version: 1\nwaivers:", "version: 1\nwaivers:\n" ENTRY("  ")},
        {"version: 1\nwaivers: [] # x\n",
         "version: 1\nwaivers: [{finding: \"0123456789abcdef\", owner: \"Ann Lee\", reason: \"public: \\\"site\\\"\", expires: 2027-01-31}] # x\n"},
        {"version: 1\nwaivers: [{finding: fedcba9876543210, owner: o, reason: r, expires: 2026-01-01}, # y\n]\n",
         "version: 1\nwaivers: [{finding: fedcba9876543210, owner: o, reason: r, expires: 2026-01-01}, {finding: \"0123456789abcdef\", "
         "owner: \"Ann Lee\", reason: \"public: \\\"site\\\"\", expires: 2027-01-31}, # y\n]\n"},
        {"waivers:\n- finding: fedcba9876543210\n  owner: o\n  reason: ü r # e\n  expires: 2026-01-01 # d\n\n# next\nversion: 1\n",
         "waivers:\n- finding: fedcba9876543210\n  owner: o\n  reason: ü r # e\n  expires: 2026-01-01 # d\n" ENTRY("") "\n# next\nversion: 1\n"},
        {"waivers:\n    -   finding: fedcba9876543210\n        owner: o\n        expires: 2026-01-01\n        reason: |\n          two\n"
         "          lines\nversion: 1\n",
         "waivers:\n    -   finding: fedcba9876543210\n        owner: o\n        expires: 2026-01-01\n        reason: |\n          two\n"
         "          lines\n" ENTRY("    ") "version: 1\n"},
        {"version: 1\nwaivers:\n  - {finding: fedcba9876543210, owner: o, reason: r, expires: 2026-01-01}",
         "version: 1\nwaivers:\n  - {finding: fedcba9876543210, owner: o, reason: r, expires: 2026-01-01}\n" ENTRY("  ")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new(0);
        struct err e = {0};
        struct str out;
        expect_ok(waiver_add(a, STR("ward.yaml"), str_of(cases[i].before), &sample, &out, &e), &e);
        expect_str(out, cases[i].after);
        arena_free(a);
    }
}

static void test_all_fields(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct str out;
    struct waiver w = sample;
    w.not_reasonable = STR("too dear");
    w.alternative = STR("fences\nand dogs");
    w.comment = STR("s3-tls-only, arn:aws:s3:::x\nversion: 2\033[1m");
    expect_ok(waiver_add(a, STR("ward.yaml"), STR("version: 1\r\ncompany: {name: x}\r\n"), &w, &out, &e), &e);
    expect_str(out, "version: 1\r\ncompany: {name: x}\r\nwaivers:\r\n"
                    "  - finding: \"0123456789abcdef\" # s3-tls-only, arn:aws:s3:::x version: 2\\x1b[1m\r\n"
                    "    owner: \"Ann Lee\"\r\n    reason: \"public: \\\"site\\\"\"\r\n    expires: 2027-01-31\r\n"
                    "    not_reasonable: \"too dear\"\r\n    alternative: \"fences\\nand dogs\"\r\n");
    arena_free(a);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{version: 1}\n", "cannot be added"},
        {"version: 1\n...\n", "cannot be added"},
        {"version: 2\n", "is not 1"},
        {"version: 1\nwaivers: {}\n", "must be a list"},
        {"version: 1\nwaivers: ~\n", "must be a list"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new(0);
        struct err e = {0};
        struct str out;
        if (waiver_add(a, STR("ward.yaml"), str_of(cases[i].text), &sample, &out, &e))
            fail_msg("accepted: %s", cases[i].text);
        expect_err(&e, ERR_CONFIG, cases[i].message);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_places), cmocka_unit_test(test_all_fields), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
