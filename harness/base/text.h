/* Text: lists of names, and bytes of any origin made printable. Pure. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether `name` is one of the alternatives, which '|' separates: "read" is one of "read|write". */
bool name_matches(const char *alternatives, const char *name);

/*
 * Bytes as C writes them: "hi\n", UTF-8 left readable, the rest as \xNN; at most `most` bytes are
 * shown; "..." after the closing quote says that there are more. Always terminated.
 */
void quote_bytes(char *out, size_t out_bytes, const uint8_t *data, size_t data_bytes, size_t most);

/* Puts '?' in place of every byte that is neither printable ASCII nor part of a UTF-8 character. */
void replace_controls(char *text);

#endif
