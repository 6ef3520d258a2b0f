/* facts/port.h: does a rule (EC2's IpProtocol, FromPort, ToPort) admit a port? Protocol numbers are
 * IANA's; EC2 writes them as numbers or as tcp, udp, icmp, icmpv6, and -1 for all. */
#ifndef WARD_FACTS_PORT_H
#define WARD_FACTS_PORT_H

#include "base/str.h"

/* IANA's number, -1 for all, -2 when `s` names no protocol. */
int port_protocol(struct str s);
/* 1 admits, 0 does not, -1 cannot tell. `has_range` is false when from and to are missing. */
int port_covers(struct str protocol, bool has_range, int64_t from, int64_t to, struct str want, int64_t port);

#endif
