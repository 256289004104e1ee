/*
 * deliver.h: where events go
 */
#ifndef DELIVER_H
#define DELIVER_H

#include "feed.h"

/*
 * Both set batch->delivered, also when they end early. FAILED: the output or
 * the receiver cannot be used.
 */
extern Outcome write_lines(Batch *batch);
extern Outcome send_requests(Feed *feed, Batch *batch);

/* once, before send_requests() */
extern Outcome prepare_requests(const Options *options);

#endif
