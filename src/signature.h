/*
 * signature.h: preliminary and final signatures
 */
#ifndef REPORTLINK_SIGNATURE_H
#define REPORTLINK_SIGNATURE_H

#include "unit.h"

/* What is asked of the text in force and its last signature */
typedef struct Signing
{
	bool has_report; /* the final report is more than white space */
	/* only where a preliminary signature waits for the attending's: */
	char *signer; /* who signed it last; where that is not known, who owns it; NULL: nobody */
	Role signer_role;
	char *signed_by; /* who signed it last; NULL where that is not known */
} Signing;

extern Signing *reportlink_load_signings(const Call *call, const Unit *units, int count);
extern void
reportlink_plan_signature(const Call *call, Unit *unit, Action action, const Signing *signing);
extern void reportlink_store_signatures(Call *call, const Unit *units, int count);
extern void reportlink_record_signature(Call *call, const Unit *unit, Action action);

#endif
