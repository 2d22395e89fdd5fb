#include "show/json_print.h"

#include <stdbool.h>
#include <string.h>

static void print_escaped(FILE *file, char byte)
{
	static const char controls[] = "\b\f\n\r\t", letters[] = "bfnrt";
	const char *control = strchr(controls, byte);

	if (byte == '"' || byte == '\\')
		fprintf(file, "\\%c", byte);
	else if (byte && control)
		fprintf(file, "\\%c", letters[control - controls]);
	else
		fprintf(file, "\\u%04X", byte);
}

/* Quotes, backslashes and controls must not stand in a string as they are (RFC 8259 7). */
static void print_string(FILE *file, const char *text, size_t bytes)
{
	size_t printed = 0;

	putc_unlocked('"', file);
	for (size_t i = 0; i < bytes; i++) {
		if ((unsigned char)text[i] >= ' ' && text[i] != '"' && text[i] != '\\')
			continue;
		fwrite_unlocked(text + printed, 1, i - printed, file);
		print_escaped(file, text[i]);
		printed = i + 1;
	}
	fwrite_unlocked(text + printed, 1, bytes - printed, file);
	putc_unlocked('"', file);
}

static void print_integer(FILE *file, json_int_t number)
{
	unsigned long long left =
		number < 0 ? 0ull - (unsigned long long)number : (unsigned long long)number;
	char digits[24];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + left % 10);
	while (left /= 10);
	if (number < 0)
		digits[--at] = '-';
	fwrite_unlocked(digits + at, 1, sizeof(digits) - at, file);
}

static void print_object(FILE *file, json_t *object)
{
	const char *key;
	json_t *value;
	bool is_first = true;

	putc_unlocked('{', file);
	json_object_foreach(object, key, value)
	{
		if (!is_first)
			putc_unlocked(',', file);
		is_first = false;
		print_string(file, key, strlen(key));
		putc_unlocked(':', file);
		json_print(file, value);
	}
	putc_unlocked('}', file);
}

static void print_array(FILE *file, const json_t *array)
{
	putc_unlocked('[', file);
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (i > 0)
			putc_unlocked(',', file);
		json_print(file, json_array_get(array, i));
	}
	putc_unlocked(']', file);
}

void json_print(FILE *file, const json_t *value)
{
	if (json_is_object(value))
		print_object(file, (json_t *)value);
	else if (json_is_array(value))
		print_array(file, value);
	else if (json_is_string(value))
		print_string(file, json_string_value(value), json_string_length(value));
	else if (json_is_integer(value))
		print_integer(file, json_integer_value(value));
	else
		fputs_unlocked(json_is_true(value) ? "true" : "false", file);
}
