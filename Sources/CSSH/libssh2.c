#include "CSSH.h"
#include <dlfcn.h>

/* The functions in use, as libssh2.h declares them: the compiler sees to it that they are the same. */
#define FUNCTIONS(F) \
    F(LIBSSH2_CHANNEL *, libssh2_channel_direct_tcpip_ex, \
      (LIBSSH2_SESSION *session, const char *host, int port, const char *from, int from_port), \
      (session, host, port, from, from_port)) \
    F(int, libssh2_channel_eof, (LIBSSH2_CHANNEL *channel), (channel)) \
    F(int, libssh2_channel_free, (LIBSSH2_CHANNEL *channel), (channel)) \
    F(int, libssh2_channel_get_exit_signal, \
      (LIBSSH2_CHANNEL *channel, char **name, size_t *name_length, char **message, size_t *message_length, \
       char **language, size_t *language_length), \
      (channel, name, name_length, message, message_length, language, language_length)) \
    F(int, libssh2_channel_get_exit_status, (LIBSSH2_CHANNEL *channel), (channel)) \
    F(LIBSSH2_CHANNEL *, libssh2_channel_open_ex, \
      (LIBSSH2_SESSION *session, const char *type, unsigned int type_length, unsigned int window, \
       unsigned int packet, const char *message, unsigned int message_length), \
      (session, type, type_length, window, packet, message, message_length)) \
    F(int, libssh2_channel_process_startup, \
      (LIBSSH2_CHANNEL *channel, const char *request, unsigned int request_length, const char *message, \
       unsigned int message_length), \
      (channel, request, request_length, message, message_length)) \
    F(ssize_t, libssh2_channel_read_ex, (LIBSSH2_CHANNEL *channel, int stream, char *buffer, size_t length), \
      (channel, stream, buffer, length)) \
    F(int, libssh2_channel_send_eof, (LIBSSH2_CHANNEL *channel), (channel)) \
    F(int, libssh2_channel_wait_closed, (LIBSSH2_CHANNEL *channel), (channel)) \
    F(ssize_t, libssh2_channel_write_ex, \
      (LIBSSH2_CHANNEL *channel, int stream, const char *buffer, size_t length), \
      (channel, stream, buffer, length)) \
    F(void, libssh2_free, (LIBSSH2_SESSION *session, void *memory), (session, memory)) \
    F(int, libssh2_init, (int flags), (flags)) \
    F(int, libssh2_session_block_directions, (LIBSSH2_SESSION *session), (session)) \
    F(int, libssh2_session_disconnect_ex, \
      (LIBSSH2_SESSION *session, int reason, const char *description, const char *language), \
      (session, reason, description, language)) \
    F(int, libssh2_session_free, (LIBSSH2_SESSION *session), (session)) \
    F(int, libssh2_session_handshake, (LIBSSH2_SESSION *session, libssh2_socket_t socket), (session, socket)) \
    F(const char *, libssh2_session_hostkey, (LIBSSH2_SESSION *session, size_t *length, int *type), \
      (session, length, type)) \
    F(LIBSSH2_SESSION *, libssh2_session_init_ex, \
      (LIBSSH2_ALLOC_FUNC((*allocate)), LIBSSH2_FREE_FUNC((*release)), LIBSSH2_REALLOC_FUNC((*reallocate)), \
       void *abstract), \
      (allocate, release, reallocate, abstract)) \
    F(int, libssh2_session_last_errno, (LIBSSH2_SESSION *session), (session)) \
    F(int, libssh2_session_last_error, (LIBSSH2_SESSION *session, char **text, int *length, int copy), \
      (session, text, length, copy)) \
    F(int, libssh2_session_method_pref, (LIBSSH2_SESSION *session, int method, const char *preferred), \
      (session, method, preferred)) \
    F(void, libssh2_session_set_blocking, (LIBSSH2_SESSION *session, int blocking), (session, blocking)) \
    F(int, libssh2_userauth_publickey, \
      (LIBSSH2_SESSION *session, const char *user, const unsigned char *key, size_t key_length, \
       LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC((*sign)), void **abstract), \
      (session, user, key, key_length, sign, abstract)) \
    F(int, libssh2_userauth_publickey_fromfile_ex, \
      (LIBSSH2_SESSION *session, const char *user, unsigned int user_length, const char *public_key, \
       const char *private_key, const char *passphrase), \
      (session, user, user_length, public_key, private_key, passphrase))

#define FORWARD(type, name, parameters, arguments) \
    static __typeof__(&name) found_##name; \
    type name parameters { return found_##name arguments; }
FUNCTIONS(FORWARD)

const char *drill_load_libssh2(void) {
    void *library = dlopen("libssh2.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return dlerror();
#define FIND(type, name, parameters, arguments) \
    if (!(found_##name = (__typeof__(&name))dlsym(library, #name))) return dlerror();
    FUNCTIONS(FIND)
    return 0;
}
