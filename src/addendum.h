/*
 * addendum.h: what an addendum stands on
 */
#ifndef REPORTLINK_ADDENDUM_H
#define REPORTLINK_ADDENDUM_H

#include "unit.h"

/* The signed report on which the last addendum in the text in force was started */
typedef struct AddendumBase
{
	int64 document_id;
	Status status;
} AddendumBase;

extern AddendumBase reportlink_addendum_base(Call *call, const Unit *unit);

#endif
