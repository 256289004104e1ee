/*
 * tenant.h: database roles that reach only some organizations
 */
#ifndef REPORTLINK_TENANT_H
#define REPORTLINK_TENANT_H

#include "query.h"

extern bool reportlink_is_tenant(Oid report_relation, Oid caller);
extern bool
reportlink_tenant_reaches(Oid caller, const char *organization_id, const char *function);
extern bool reportlink_has_tenants(void);

extern bool reportlink_is_tenant_role(Oid role);
extern void reportlink_add_tenant(Oid role);
extern void reportlink_remove_tenant(Oid role);

#endif
