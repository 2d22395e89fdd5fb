/* Where programs are. */
#ifndef PATH_H
#define PATH_H

/*
 * Where the program is: with a slash the path itself, else looked up in PATH, /usr/sbin and /sbin.
 * NULL and errno when it is not there or cannot be executed. The caller frees it.
 */
char *program_path(const char *name);

#endif
