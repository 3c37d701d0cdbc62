/* Debian keeps the headers in a folder of their own. */
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif

/*
 * Loads libpq: NULL, or why it can't be. Once, before any of its functions is called. It brings twenty more
 * libraries along (TLS, Kerberos, LDAP), and most commands ask no database.
 */
const char *drill_load_libpq(void);
