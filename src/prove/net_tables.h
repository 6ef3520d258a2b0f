/*
 * prove/net_tables.h: what the network half says, as tables that controls read.
 *
 * Place in the flow: facts -> net, engine, network half -> TABLES -> control. Made when a control names one of them, from the facts that
 * are in the store, and kept until the facts, ward's version or data/net/ change.
 *
 *   reach_claim(subject, object, verdict, word, pivots, reason, over, things, stores, missing, missing_action)
 *       cells of the proof; past PROVE_CLAIMS_ALL labels the proved ones of a subject are one row, object '*'. over: the chain of a
 *       PIVOT in a line; missing: the first fact that is not there, missing_action: what reading it needs
 *   reach_label(label, kind, things, stores)      kind: 'tenant', 'shared', 'unassigned', 'outside'
 *   reach_thing(thing, arn, type, account, region, name, label, store, public_flag, ports, missing, missing_action)
 *       all that can take a connection, each once. store: 1 where it holds data; ports: TCP ports on which a store answers, NULL: any;
 *       missing: a fact that is not there and bears on who can reach it from outside
 *   reach_internet(thing, proto, lo, hi, sure, word, path)
 *       what any address of the Internet can open, by interval of ports, of a store those that it answers on. sure: 1, or NULL where
 *       something that decides was not read; word: 'DIRECT', 'ONE-WAY', 'UNKNOWN'; path: gateways and rules in a line. No row: nothing.
 *       What ward.yaml declares is in it too: a subnet that may be public does not make a store in it public by design.
 */
#ifndef WARD_PROVE_NET_TABLES_H
#define WARD_PROVE_NET_TABLES_H

#include "prove/net_half.h"

/* Whether the SQL text speaks of one of the tables. */
bool net_tables_named(struct str sql);
/* Brings the tables up to the facts of the store, which must be open for writing. `version`: of ward. ERR_STORE, ERR_INTERNAL. */
bool net_tables_make(struct store *s, const struct json *config, const char *version, struct err *e) WARN_UNUSED;

#endif
