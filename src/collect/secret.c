#include "collect/secret.h"

#include <math.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

/* Lower case, without separators: "DB-Pass_Word" compares as "dbpassword". */
static struct str fold(struct str s, char out[128])
{
    size_t n = 0;
    for (size_t i = 0; i < s.len && n < 127; i++)
        if (is_alnum(s.ptr[i]))
            out[n++] = lower(s.ptr[i]);
    return str_make(out, n);
}

bool secret_name(struct str name)
{
    static const char *const parts[] = {
        "password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "accesskey", "privatekey", "credential",
        "connectionstring", "connstr", "databaseurl", "authkey", "presharedkey", "encryptionkey", "signingkey", "dsn",
        "licensekey", "webhookurl", "sastoken", "dbpass", "userpass", "adminpass", "rootpass", "smtppass",
    };
    /* Names that speak of a secret without holding it. */
    static const char *const not[] = {"secretarn", "secretname", "secretid", "tokenexpiry", "tokenttl", "passwordpolicy",
                                      "passwordlength", "tokenendpoint", "tokenurl", "secretsmanager"};
    char text[128];
    struct str folded = fold(name, text);
    for (size_t i = 0; i < sizeof(not) / sizeof(not[0]); i++)
        if (str_ends(folded, str_of(not[i])))
            return false;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (str_contains(folded, str_of(parts[i])))
            return true;
    return false;
}

static bool is_reference(struct str v)
{
    return str_starts(v, STR("arn:")) || str_contains(v, STR("{{resolve:")) || str_starts(v, STR("ssm:")) ||
           str_starts(v, STR("secretsmanager:")) || str_starts(v, STR("${")) || str_starts(v, STR("$("));
}

static bool is_plain(struct str v)
{
    static const char *const plain[] = {"", "true", "false", "yes", "no", "on", "off", "null", "none", "enabled", "disabled", "default"};
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        if (str_eq_nocase(v, str_of(plain[i])))
            return true;
    for (size_t i = 0; i < v.len; i++)
        if (v.ptr[i] != '*')
            return v.len < 3;
    return true;
}

static size_t run_of(struct str s, size_t from, bool (*in)(char))
{
    size_t n = 0;
    while (from + n < s.len && in(s.ptr[from + n]))
        n++;
    return n;
}

static bool is_upper_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_token(char c)
{
    return is_alnum(c) || c == '+' || c == '_' || c == '-' || c == '=';
}

/* AKIA.., ASIA..: access key ids (IAM User Guide, "Understanding unique ID prefixes"). */
static bool has_key_id(struct str s)
{
    for (size_t i = 0; i + 20 <= s.len; i++) {
        struct str at = str_sub(s, i, i + 4);
        bool starts = i == 0 || !is_alnum(s.ptr[i - 1]);
        if (starts && (str_eqz(at, "AKIA") || str_eqz(at, "ASIA")) && run_of(s, i, is_upper_digit) == 20)
            return true;
    }
    return false;
}

static bool has_private_key(struct str s)
{
    return str_contains(s, STR("-----BEGIN")) && str_contains(s, STR("PRIVATE KEY-----"));
}

static bool has_vendor_prefix(struct str s)
{
    static const char *const prefixes[] = {"ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-",
                                           "sk_live_", "rk_live_", "AIza", "SG.", "npm_", "dop_v1_", "shpat_", "hvs."};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (str_starts(s, str_of(prefixes[i])) && s.len >= strlen(prefixes[i]) + 16)
            return true;
    return false;
}

/* Three base64url parts, the first a JSON object (RFC 7519). */
static bool is_jwt(struct str s)
{
    if (!str_starts(s, STR("eyJ")))
        return false;
    struct str rest = s;
    int parts = 0;
    while (rest.ptr) {
        struct str part = str_cut(&rest, '.');
        if (part.len < 8 || run_of(part, 0, is_token) != part.len)
            return false;
        parts++;
    }
    return parts == 3;
}

/* scheme://user:password@host */
static bool has_url_password(struct str s)
{
    for (size_t i = 0; i + 3 < s.len; i++) {
        if (memcmp(s.ptr + i, "://", 3) != 0)
            continue;
        bool colon = false;
        for (size_t j = i + 3; j < s.len && s.ptr[j] != '/' && s.ptr[j] > ' '; j++) {
            if (s.ptr[j] == '@' && colon && s.ptr[j - 1] != ':')
                return true;
            colon = colon || s.ptr[j] == ':';
        }
    }
    return false;
}

static double entropy(struct str s)
{
    size_t count[256] = {0};
    double bits = 0;
    for (size_t i = 0; i < s.len; i++)
        count[(unsigned char)s.ptr[i]]++;
    for (int i = 0; i < 256; i++)
        if (count[i]) {
            double p = (double)count[i] / (double)s.len;
            bits -= p * log2(p);
        }
    return bits;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
}

static bool is_base64(char c)
{
    return is_alnum(c) || c == '+' || c == '/' || c == '=' || c == '_' || c == '-';
}

/* A random word: hex of 32 digits or more that is no UUID, or 20 and more characters of mixed case
 * and digits with more than 4 bits each; a path, a host or an identifier in words stays below. */
static bool is_random(struct str s)
{
    if (s.len >= 32 && run_of(s, 0, is_hex) == s.len)
        return entropy(s) > 3.0;
    if (s.len < 20 || s.len > 4096 || run_of(s, 0, is_base64) != s.len)
        return false;
    bool up = false, low = false, digit = false;
    for (size_t i = 0; i < s.len; i++) {
        up = up || (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z');
        low = low || (s.ptr[i] >= 'a' && s.ptr[i] <= 'z');
        digit = digit || (s.ptr[i] >= '0' && s.ptr[i] <= '9');
    }
    return up && low && digit && entropy(s) > 4.0;
}

bool secret_value(struct str value)
{
    struct str v = str_trim(value);
    if (has_private_key(v) || has_key_id(v) || has_url_password(v))
        return true;
    return !is_reference(v) && (is_jwt(v) || has_vendor_prefix(v) || is_random(v));
}

bool secret_pair(struct str name, struct str value)
{
    struct str v = str_trim(value);
    uint64_t number;
    if (secret_value(v))
        return true;
    return secret_name(name) && v.len >= 4 && !is_plain(v) && !is_reference(v) && !(v.len < 6 && str_to_u64(v, &number));
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str unquote(struct str s)
{
    while (s.len > 0 && strchr("\"'`,;()[]", s.ptr[s.len - 1]) && s.ptr[s.len - 1])
        s.len--;
    while (s.len > 0 && strchr("\"'`,;()[]", s.ptr[0]) && s.ptr[0])
        s = str_sub(s, 1, s.len);
    return s;
}

/* "name=value", "name: value", "name": "value" on one line. */
static bool has_pair(struct str line)
{
    for (size_t i = 1; i + 1 < line.len; i++) {
        if (line.ptr[i] != '=' && line.ptr[i] != ':')
            continue;
        size_t from = i;
        while (from > 0 && (is_alnum(line.ptr[from - 1]) || strchr("_-\"'. ", line.ptr[from - 1])))
            from--;
        struct str name = unquote(str_trim(str_sub(line, from, i)));
        struct str value = str_trim(str_sub(line, i + 1, line.len));
        size_t end = 0;
        while (end < value.len && !is_space(value.ptr[end]))
            end++;
        value = unquote(str_sub(value, 0, end));
        bool code = value.len == 0 || strchr("{$!<&%@", value.ptr[0]);
        if (!code && secret_pair(name, value))
            return true;
    }
    return false;
}

bool secret_text(struct str text)
{
    if (has_private_key(text) || has_key_id(text) || has_url_password(text))
        return true;
    struct str rest = text;
    while (rest.ptr) {
        struct str line = str_cut(&rest, '\n');
        if (line.len > 4096)
            line = str_sub(line, 0, 4096);
        if (has_pair(line))
            return true;
        struct str words = line;
        while (words.ptr) {
            struct str word = unquote(str_trim(str_cut(&words, ' ')));
            if (secret_value(word))
                return true;
        }
    }
    return false;
}
