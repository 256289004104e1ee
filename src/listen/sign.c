/*
 * sign.c: signatures of the Standard Webhooks specification
 *
 * HMAC-SHA256 of "id.timestamp.body", in base64 after "v1,". Where there are
 * several secrets there are as many signatures, with spaces between them.
 */
#include "sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "whsec_"
#define BASE64 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/* The bytes of a text in base64; false: it is none, or there are no bytes */
static bool
decode(const char *text, Secret *secret)
{
	size_t length = strlen(text);
	size_t digits = strspn(text, BASE64);
	size_t padding = length - digits;

	if (digits == 0 || length % 4 != 0 || padding > 2 || strspn(text + digits, "=") != padding)
		return false;
	secret->key = allocate(length);
	if (EVP_DecodeBlock(secret->key, (const unsigned char *) text, (int) length) < 0)
		return false;
	secret->length = length / 4 * 3 - padding;
	return true;
}

/* Takes a line of the file; says what is wrong with it, but not what is in it */
static Outcome
take_secret(const char *file, int line, const char *text, Secrets *secrets)
{
	if (strncmp(text, PREFIX, strlen(PREFIX)) == 0)
		text += strlen(PREFIX);
	if (secrets->count == MAX_SECRETS)
	{
		set_trouble("\"%s\" has more than %d secrets", file, MAX_SECRETS);
		return FAILED;
	}
	if (!decode(text, &secrets->all[secrets->count]))
	{
		set_trouble(
			"line %d of \"%s\" is no secret: it must be in base64, with or without \"%s\" before it",
			line, file, PREFIX);
		return FAILED;
	}
	secrets->count++;
	return CONTINUE;
}

/* One secret a line; space around it and empty lines do not matter */
Outcome
read_secrets(const char *file, Secrets *secrets)
{
	FILE *stream = fopen(file, "r");
	Outcome outcome = CONTINUE;
	char *line = NULL;
	size_t size = 0;

	if (stream == NULL)
	{
		set_trouble("could not open \"%s\": %m", file);
		return FAILED;
	}
	for (int number = 1; outcome == CONTINUE && getline(&line, &size, stream) >= 0; number++)
	{
		char *begin = line + strspn(line, " \t");

		begin[strcspn(begin, " \t\r\n")] = '\0';
		if (*begin != '\0')
			outcome = take_secret(file, number, begin, secrets);
	}
	if (outcome == CONTINUE && ferror(stream))
	{
		set_trouble("could not read \"%s\"", file);
		outcome = FAILED;
	}
	else if (outcome == CONTINUE && secrets->count == 0)
	{
		set_trouble("there is no secret in \"%s\"", file);
		outcome = FAILED;
	}
	free(line);
	fclose(stream);
	return outcome;
}

/* The value of header webhook-signature, to be freed */
char *
sign(const Secrets *secrets, const char *id, long long timestamp, const char *body)
{
	char *content = format_text("%s.%lld.%s", id, timestamp, body);
	char *signatures = NULL;

	for (int i = 0; i < secrets->count; i++)
	{
		unsigned char digest[EVP_MAX_MD_SIZE];
		unsigned char text[2 * EVP_MAX_MD_SIZE];
		unsigned length;
		char *longer;

		HMAC(EVP_sha256(), secrets->all[i].key, (int) secrets->all[i].length,
			 (unsigned char *) content, strlen(content), digest, &length);
		EVP_EncodeBlock(text, digest, (int) length);
		longer =
			format_text("%s%sv1,%s", signatures ? signatures : "", signatures ? " " : "", text);
		free(signatures);
		signatures = longer;
	}
	free(content);
	return signatures;
}
