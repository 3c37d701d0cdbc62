#include "CPostgres.h"
#include <dlfcn.h>

/* The functions in use, as libpq-fe.h declares them: the compiler sees to it that they are the same. */
#define FUNCTIONS(F) \
    F(int, PQcancel, (PGcancel *cancel, char *error, int size), (cancel, error, size)) \
    F(void, PQclear, (PGresult *result), (result)) \
    F(PQconninfoOption *, PQconndefaults, (void), ()) \
    F(PostgresPollingStatusType, PQconnectPoll, (PGconn *connection), (connection)) \
    F(PGconn *, PQconnectStartParams, \
      (const char *const *keywords, const char *const *values, int expand), (keywords, values, expand)) \
    F(void, PQconninfoFree, (PQconninfoOption *options), (options)) \
    F(PQconninfoOption *, PQconninfoParse, (const char *text, char **message), (text, message)) \
    F(int, PQconsumeInput, (PGconn *connection), (connection)) \
    F(char *, PQerrorMessage, (const PGconn *connection), (connection)) \
    F(void, PQfinish, (PGconn *connection), (connection)) \
    F(int, PQflush, (PGconn *connection), (connection)) \
    F(void, PQfreeCancel, (PGcancel *cancel), (cancel)) \
    F(void, PQfreemem, (void *memory), (memory)) \
    F(PGcancel *, PQgetCancel, (PGconn *connection), (connection)) \
    F(PGresult *, PQgetResult, (PGconn *connection), (connection)) \
    F(int, PQgetisnull, (const PGresult *result, int row, int column), (result, row, column)) \
    F(char *, PQgetvalue, (const PGresult *result, int row, int column), (result, row, column)) \
    F(int, PQisBusy, (PGconn *connection), (connection)) \
    F(int, PQnfields, (const PGresult *result), (result)) \
    F(PGnotify *, PQnotifies, (PGconn *connection), (connection)) \
    F(int, PQntuples, (const PGresult *result), (result)) \
    F(char *, PQresultErrorField, (const PGresult *result, int field), (result, field)) \
    F(char *, PQresultErrorMessage, (const PGresult *result), (result)) \
    F(ExecStatusType, PQresultStatus, (const PGresult *result), (result)) \
    F(int, PQsendQuery, (PGconn *connection, const char *query), (connection, query)) \
    F(PGVerbosity, PQsetErrorVerbosity, (PGconn *connection, PGVerbosity verbosity), (connection, verbosity)) \
    F(PQnoticeReceiver, PQsetNoticeReceiver, \
      (PGconn *connection, PQnoticeReceiver receiver, void *argument), (connection, receiver, argument)) \
    F(int, PQsetnonblocking, (PGconn *connection, int on), (connection, on)) \
    F(int, PQsocket, (const PGconn *connection), (connection)) \
    F(ConnStatusType, PQstatus, (const PGconn *connection), (connection)) \
    F(PGTransactionStatusType, PQtransactionStatus, (const PGconn *connection), (connection))

#define FORWARD(type, name, parameters, arguments) \
    static __typeof__(&name) found_##name; \
    type name parameters { return found_##name arguments; }
FUNCTIONS(FORWARD)

const char *drill_load_libpq(void) {
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
#define FIND(type, name, parameters, arguments) \
    if (!(found_##name = (__typeof__(&name))dlsym(library, #name))) return dlerror();
    FUNCTIONS(FIND)
    return 0;
}
