/* `rung --version`. */
#ifndef CMD_VERSION_H
#define CMD_VERSION_H

/* Prints the version, what it was built from and with, and the libraries as they are loaded;
 * returns 0, or an exit status after a message. */
int version_print(void);

#endif
