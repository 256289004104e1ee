/*
 * publication.h: what is published, when
 */
#ifndef REPORTLINK_PUBLICATION_H
#define REPORTLINK_PUBLICATION_H

#include "unit.h"

/* A publication that is due */
typedef struct DuePublication
{
	char *organization_id;
	int64 publication_id;
	int64 group_id; /* 0: the report is not linked */
	int64 report_id;
	int64 document_id;
	char *requested_by; /* NULL: a repair by the owner of the tables */
	TimestampTz publish_at;
	char *mrn; /* NULL: the report has none */

	/* how far it has come */
	bool locked; /* its patient */
	Ids report_ids; /* held, in link order */
	int64 default_report_id;
	bool published;
} DuePublication;

extern void reportlink_publish_signed(Call *call, const Unit *units, int count);
extern void reportlink_require_no_publication(Call *call, const Unit *unit);

extern int reportlink_list_due(int limit, DuePublication **due);
extern bool reportlink_publish_one(Call *call, DuePublication *due);
extern void
reportlink_publication_failed(Call *call, const DuePublication *due, const char *message);
extern bool reportlink_is_publications_error(int sqlerrcode);
extern TimestampTz reportlink_next_publication(void);

#endif
