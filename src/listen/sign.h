/*
 * sign.h: signatures of the Standard Webhooks specification
 */
#ifndef SIGN_H
#define SIGN_H

#include <stddef.h>

#include "listen.h"

#define MAX_SECRETS 8

typedef struct Secret
{
	unsigned char *key;
	size_t length;
} Secret;

/* More than one while they are changed */
typedef struct Secrets
{
	int count;
	Secret all[MAX_SECRETS];
} Secrets;

extern Outcome read_secrets(const char *file, Secrets *secrets);
extern char *sign(const Secrets *secrets, const char *id, long long timestamp, const char *body);

#endif
