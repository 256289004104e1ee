/*
 * document.h: adding versions of text
 */
#ifndef REPORTLINK_DOCUMENT_H
#define REPORTLINK_DOCUMENT_H

#include "unit.h"

/* A version to be made from the one in force */
typedef struct NewDocument
{
	NullableDatum content; /* jsonb: the content columns that change */
	bool checkpoint;
	const char *reason;
	const char *base_status; /* of one that begins an addendum, else NULL */
} NewDocument;

extern bool reportlink_document_is_blank(const Call *call, int64 document_id);
extern int64 reportlink_add_document(Call *call, Unit *unit, const NewDocument *document);

#endif
