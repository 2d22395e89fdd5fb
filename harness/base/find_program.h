/* Looks programs up, as a shell does. */
#ifndef FIND_PROGRAM_H
#define FIND_PROGRAM_H

/*
 * The path of a program: a name with a slash is the path itself, any other is looked up in PATH,
 * /usr/sbin and /sbin. NULL and errno when it is not there or cannot be executed. The caller frees
 * it.
 */
char *find_program(const char *name);

#endif
