/*
 * prove/tables.h: what the engine and the proof say, as tables that controls read.
 *
 * Place in the flow: facts -> world, engine, graph, proof -> TABLES -> control. Made when a control names one of them,
 * from the facts that are in the store, and kept until the facts, ward's version or its tables of IAM change.
 *
 *   access_outside(resource, type, account, store, touch, who, name, grantee_account, inside, sure, level, condition,
 * action, statement) who from outside of the owner's account may do what kind of thing. touch: the names of iam_touch,
 * or 'assume'. who: 'anonymous'; 'any-account', anybody with an AWS account; 'account', a principal or account that a
 * policy names and that was not collected; 'service'; 'federated'. inside: 1 an account of the owner's organization, 0
 * not, NULL not known. sure: 1 it may, or by a condition that the caller can meet by choice; NULL under conditions
 * (level 'conditional', 'network') or something was not read ('unknown'). Of a service 1 is: for things of strangers
 * too (IAM User Guide, "The confused deputy problem", read 2026), 0: for things that its conditions name. No row: it
 * may not; where the resource's own policy was not read, the row of 'anonymous' stands for all that nobody knows of.
 *       store: the bucket behind an access point, else the resource. statement: what allows it, in words.
 *   access_asked(resource)           every resource that was asked about, each once
 *   access_stranger(name)            the outsiders that were asked about: ARNs, accounts, providers, services
 *   access_admin(principal, account, kind, sure, level, first, first_to, path, decrypts, keys)
 *       users and roles: whether they come to be administrator of an account, all policies, Denies, boundaries and SCPs
 *       together. sure 1, 0, NULL. first: id of the first hop (a row of data/iam/paths.tsv); path: all of it in
 *       words; decrypts of keys: customer keys of its account that it may decrypt with for sure, and how many there
 * are. access_without_mfa(principal, account, credential, sure, level, action, resource, statement) IAM users: what
 * they may do beside enrolling a device (data/iam/mfa_self.tsv) without a second factor, by access key
 *       ('key', aws:MultiFactorAuthPresent absent) and after a sign-in ('console', false). sure 1: the action; 0:
 * nothing. What a thing's own policy that was not read might give is left out. access_plain_http(resource, account,
 * sure, level, who)    buckets, over HTTP without TLS access_claim(subject, object, verdict, level, reason, chain,
 * missing, missing_action)    cells of the proof; past PROVE_CLAIMS_ALL labels the proved ones of a subject are one
 * row, object '*' access_label(label, kind, stores)    kind: 'tenant', 'shared', 'unassigned', 'outside'
 */
#ifndef WARD_PROVE_TABLES_H
#define WARD_PROVE_TABLES_H

#include "prove/prove.h"

/* Whether the SQL text speaks of one of the tables. */
bool prove_tables_named(struct str sql);
/* Brings the tables up to the facts of the store, which must be open for writing. `version`: of ward. ERR_STORE. */
bool prove_tables_make(struct store *s, const struct json *config, const char *version, struct err *e) WARN_UNUSED;

#endif
