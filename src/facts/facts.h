/*
 * facts/facts.h: typed tables made from the stored answers of one run, and the SQL functions that
 * facts and controls speak.
 *
 * Place in the flow: store -> FACTS -> control. The SQL files of facts/ run in name order in one transaction
 * over the snapshot views snap_call and snap_resource. It is skipped when the run, the facts' SQL and
 * the configuration are those of the facts that are there. Facts therefore hold nothing that moves
 * with the clock: now_us() and days_since() are errors there and belong into controls.
 *
 * Tables that this folder makes beside those of facts/:
 *   config(doc)                                  one row: ward.yaml as JSON
 *   fact_account(account, name, reached, reason) the accounts that the run wanted
 *   fact_region(account, region, state, wanted, was_enabled)  their regions; was_enabled = 1 also when it was
 *                                                in an earlier run and is disabled now
 *   fact_call(op, account, region, parent, id, status, code, message, missing_action, rows)
 *   fact_thing(account, region, type, id, arn, name, tags, vpc, source, tenant, why, conflict, shared, phi)
 *
 * SQL functions. 1 and 0 are answers, NULL is "cannot tell": arguments that are NULL or malformed
 * give NULL, never 0.
 *   now_us()                          time of judgement
 *   instant_us(text)                  RFC 3339 to microseconds
 *   days_since(text)                  whole days from it to now_us(), negative when it lies ahead
 *   threshold(name)                   of ward.yaml's thresholds, else ward's own default
 *   arn_part(arn, part)               partition, service, region, account or resource
 *   glob_match(pattern, text)         '*' and '?', case-sensitive
 *   is_declared(list, text)           1 when text equals or matches (as glob) an entry of ward.yaml's
 *                                     declared.<list> (a dotted path is allowed: 'bastions.tags'); else 0
 *   cidr_contains(outer, inner)       both CIDRs or addresses
 *   cidr_within(cidr, json)           1 when cidr lies in the union of the JSON array of CIDRs
 *   cidr_overlaps(a, b)
 *   cidr_log2(json)                   how many public addresses the union of the JSON array (or of one
 *                                     CIDR) holds, floor of log2; private, reserved and multicast ranges
 *                                     do not count; IPv6 is scaled so that a /32 equals an IPv4 /8 (24);
 *                                     -1 for none
 *   cidr_world(json)                  1 when cidr_log2 >= threshold('world_open_log2'); so 0.0.0.0/1 with
 *                                     128.0.0.0/1, and ::/0, are the world
 *   cidr_public(cidr)                 1 when any public address is in it
 *   port_covers(protocol, from, to, want, port)  1 when a rule (IpProtocol, FromPort, ToPort) admits
 *                                     `port` of protocol `want` ('tcp', 'udp'); -1 and 'all' cover all
 *   ports_hit(protocol, from, to, want, json)    JSON array of those ports that the rule admits
 *   schedule_hours(expr)              longest gap of a cron(..) or rate(..) expression, hours rounded up
 *   csv_rows(text)                    JSON array of objects, keys from the first line (RFC 4180)
 *   base64_text(text)                 decoded, when it is UTF-8
 *   tenant_of(account, vpc, tags, arn) JSON object {tenant, why, shared, conflict}
 *   phi_of(type, arn)                 1 when it can hold data and is not declared otherwise, 0 else
 * Policies (any AWS policy document as JSON text, an object of a CLI answer or percent-encoded):
 *   policy_statements(doc)            JSON array of statements in one normal form, see policy.h
 *   policy_admin(doc)                 1 an unconditional statement allows everything (Action * or a NotAction
 *                                     that leaves almost all, on every resource), NULL conditions decide
 *   policy_escalates(doc)             the same for grants that amount to it (iam:*, policy writes)
 *   policy_admin_why(doc)             which statement and why, for reasons
 *   policy_grantees(doc)              JSON array, one object a principal of an Allow:
 *                                     {sid, kind: star|account|arn|service|federated|canonical|unknown, value,
 *                                      account, actions, keys: [condition keys that fix who it is], fixed: 0/1,
 *                                      accounts, orgs: [limiting values], external_id: 0/1, subject: 0/1,
 *                                      conditional: 0/1}
 *   policy_public(doc, access)        access 'read', 'write' or 'any': 1 when an Allow for everyone is not
 *                                     limited by a fixed value (S3's definition of public), NULL cannot tell
 *   policy_tls_only(doc, bucket_arn)  1 when plain HTTP is denied to everyone for bucket and objects
 *   policy_allows(doc, principal, action, resource)  1 when the document allows it whatever the circumstances, 0 when
 *                                     it never does, NULL when conditions decide or it cannot be read. A resource
 *                                     policy with a principal (ARN, account, service, 'anonymous'), an identity
 *                                     policy with NULL; a match by account counts
 *   policy_denies(doc, json_actions)  JSON object {denied: [], exempt: [], open: []}: denied to all; denied but for
 *                                     principals that a condition exempts; not denied. `exempt_arns` lists them
 */
#ifndef WARD_FACTS_FACTS_H
#define WARD_FACTS_FACTS_H

#include "codec/json.h"
#include "store/store.h"

/* Registers the functions and brings the facts of `run` up to date. The store must be open for writing.
 * What the functions need is kept in `a`, which must live as long as `s` is used; `config` (ward.yaml as
 * JSON with defaults; NULL = empty) likewise. `now_us` is the time that now_us() tells. May be called
 * again on the same store. ERR_STORE (a facts file that does not run names itself), ERR_NO_DATA when the
 * run does not exist. */
bool facts_build(struct arena *a, struct store *s, int64_t run, const struct json *config, int64_t now_us,
                 struct err *e) WARN_UNUSED;

#endif
