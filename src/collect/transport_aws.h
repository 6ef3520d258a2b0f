/*
 * collect/transport_aws.h: the real transport: AWS's protocols, endpoints and signatures over net/http.
 *
 * Place in the flow: aws/serialize -> aws/endpoint -> aws/sigv4 -> net/http -> aws/answer, for the
 * scheduler. The only file of the collector that knows HTTP.
 */
#ifndef WARD_COLLECT_TRANSPORT_AWS_H
#define WARD_COLLECT_TRANSPORT_AWS_H

#include "aws/credentials.h"
#include "collect/transport.h"

/* `o` and all it points to must outlive the transport; o->http carries the requests. `region` is the
 * default region ("" = us-east-1): it names the partition until the identity is known. Never NULL. */
struct transport *transport_aws_new(const struct aws_credential_options *o, struct str region);
/* Releases the credentials. Requests in flight are dropped. NULL is ignored. */
void transport_aws_free(struct transport *t);

#endif
