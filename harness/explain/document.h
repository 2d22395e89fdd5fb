/* The table of rules as a document, docs/RULES.md. */
#ifndef DOCUMENT_H
#define DOCUMENT_H

#include <stdio.h>

void rules_document(FILE *out);

#endif
