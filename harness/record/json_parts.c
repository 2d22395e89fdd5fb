#include "record/json_parts.h"

#include "base/text.h"

#include <string.h>

json_t *json_text(const char *string)
{
	char quoted[8192];
	json_t *value = json_string(string);

	if (value)
		return value;
	quote_bytes(quoted, sizeof(quoted), (const uint8_t *)string, strlen(string),
		    sizeof(quoted));
	return json_string(quoted);
}

void put_text(json_t *object, const char *key, const char *string)
{
	if (string)
		json_object_set_new_nocheck(object, key, json_text(string));
}

void put_number(json_t *object, const char *key, int64_t number)
{
	json_object_set_new_nocheck(object, key, json_integer(number));
}

void put_true(json_t *object, const char *key, bool is_true)
{
	if (is_true)
		json_object_set_new_nocheck(object, key, json_true());
}

void put_host(json_t *object, const char *key, enum host host)
{
	if (host != ANY_HOST)
		put_text(object, key, host_name(host));
}

void put_signal(json_t *object, const char *key, int number)
{
	char name[16];

	put_text(object, key, signal_name(number, name));
}
