/*
 * The line protocol of fieldtape's subjects (docs/writing-a-subject.md), for C99. Standard library only, one file.
 *
 * Before including it, define what is remembered: one struct of plain members, no pointers. Snapshots are its bytes.
 *
 *     #include <stdint.h>
 *     #define FT_MACHINE "mine"
 *     #define FT_TIMERS 16                 // how many timers there are at most
 *     struct ft_state { int64_t count; };
 *     #include "fieldtape.h"
 *
 * Then write ft_begin, ft_hear and ft_elapsed, and call ft_run() in main.
 */
#ifndef FIELDTAPE_H
#define FIELDTAPE_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FT_ROLE
#define FT_ROLE "observer"
#endif
#define FT_LINE_MAX (1024 * 1024)
#define FT_PIECE (384 * 1024)

/* A record of the tape. What it does not say is 0, "" or, of the channel, -1. */
struct ft_record {
  char type[16];
  int64_t at;
  int channel;
  char dir[4];
  char event[16];
  const unsigned char *bytes; /* of a raw record */
  size_t length;
  const char *line; /* all of it, as JSON */
};

/* Yours: a run begins (NULL, or why the configuration is wrong); a record is heard; a timer has fired. */
static const char *ft_begin(const char *config);
static void ft_hear(const struct ft_record *record);
static void ft_elapsed(int timer);

/* All that is remembered. */
static struct ft_saved {
  struct ft_state state;
  int64_t at;
  int64_t due[FT_TIMERS];   /* -1: not set */
  int64_t order[FT_TIMERS];
  int64_t orders;
} ft;

static char ft_line[FT_LINE_MAX + 1];
static unsigned char ft_bytes[FT_LINE_MAX];

/* ---- what you call -------------------------------------------------------------------------------------------- */

/* Calls ft_elapsed(timer) at that time, in nanoseconds. Setting it again moves it. */
static inline void ft_set_timer(int timer, int64_t at) {
  ft.due[timer] = at;
  ft.order[timer] = ++ft.orders;
}

static inline void ft_clear_timer(int timer) { ft.due[timer] = -1; }

static void ft_put_text(const unsigned char *bytes, size_t length);
static void ft_put_base64(const unsigned char *bytes, size_t length);

/* Begins and ends a value on the tape, at ft.at; between them print it as JSON to stdout. */
static inline void ft_say(int channel) {
  printf("{\"type\":\"output\",\"at\":%" PRId64 ",\"machine\":\"" FT_MACHINE "\",\"channel\":%d,\"value\":", ft.at, channel);
}

static inline void ft_said(void) { fputs("}\n", stdout); }

/* Sends bytes to the device. A participant's. */
static inline void ft_send(int channel, const unsigned char *bytes, size_t length) {
  printf("{\"type\":\"raw\",\"at\":%" PRId64 ",\"channel\":%d,\"dir\":\"tx\",\"b64\":\"", ft.at, channel);
  ft_put_base64(bytes, length);
  fputs("\"}\n", stdout);
}

/* Prints bytes as a JSON string, one character for each (ISO 8859-1). */
static void ft_put_text(const unsigned char *bytes, size_t length) {
  putchar('"');
  for (size_t i = 0; i < length; i++) {
    if (bytes[i] == '"' || bytes[i] == '\\') printf("\\%c", bytes[i]);
    else if (bytes[i] < 0x20 || bytes[i] > 0x7e) printf("\\u%04x", bytes[i]);
    else putchar(bytes[i]);
  }
  putchar('"');
}

/* Prints bytes as a JSON string of lower-case hex. */
static inline void ft_put_hex(const unsigned char *bytes, size_t length) {
  putchar('"');
  for (size_t i = 0; i < length; i++) printf("%02x", bytes[i]);
  putchar('"');
}

/* The member `name` of a JSON object, or NULL: where its value begins. */
static const char *ft_member(const char *json, const char *name);

static inline double ft_number(const char *json, const char *name, double otherwise) {
  const char *value = ft_member(json, name);
  return value == NULL ? otherwise : strtod(value, NULL);
}

/* ---- from here on: for ft_run() only ---------------------------------------------------------------------------- */

static const char *ft_skip_blanks(const char *at) { return at + strspn(at, " \t\r\n"); }

static const char *ft_skip_string(const char *at) {
  for (at++; *at != '"' && *at != 0; at++)
    if (*at == '\\' && at[1] != 0) at++;
  return *at == 0 ? at : at + 1;
}

static const char *ft_skip_value(const char *at) {
  int depth = 0;
  do {
    if (*at == '"') {
      at = ft_skip_string(at);
      continue;
    }
    if (*at == '{' || *at == '[') depth++;
    if (*at == '}' || *at == ']') depth--;
    if (depth < 0 || (depth == 0 && *at == ',')) return at;
    at++;
  } while (*at != 0);
  return at;
}

static const char *ft_member(const char *json, const char *name) {
  const char *at = ft_skip_blanks(json);
  if (*at != '{') return NULL;
  for (at = ft_skip_blanks(at + 1); *at == '"'; at = ft_skip_blanks(at + 1)) {
    const char *key = at + 1;
    size_t length;
    at = ft_skip_string(at);
    length = (size_t)(at - key) - 1;
    at = ft_skip_blanks(at);
    if (*at != ':') return NULL;
    at = ft_skip_blanks(at + 1);
    if (length == strlen(name) && memcmp(key, name, length) == 0) return at;
    at = ft_skip_value(at);
    if (*at != ',') return NULL;
  }
  return NULL;
}

static size_t ft_put_utf8(unsigned long code, unsigned char *to) {
  if (code < 0x80) return to[0] = (unsigned char)code, 1;
  if (code < 0x800) return to[0] = (unsigned char)(0xc0 | code >> 6), to[1] = (unsigned char)(0x80 | (code & 63)), 2;
  if (code < 0x10000)
    return to[0] = (unsigned char)(0xe0 | code >> 12), to[1] = (unsigned char)(0x80 | (code >> 6 & 63)),
           to[2] = (unsigned char)(0x80 | (code & 63)), 3;
  return to[0] = (unsigned char)(0xf0 | code >> 18), to[1] = (unsigned char)(0x80 | (code >> 12 & 63)),
         to[2] = (unsigned char)(0x80 | (code >> 6 & 63)), to[3] = (unsigned char)(0x80 | (code & 63)), 4;
}

static unsigned long ft_hex4(const char *at) {
  char digits[5] = {0};
  strncpy(digits, at, 4);
  return strtoul(digits, NULL, 16);
}

/* The string at `at` as UTF-8; how many bytes it has, at most `max`. */
static size_t ft_string(const char *at, unsigned char *to, size_t max) {
  size_t length = 0;
  if (at == NULL || *at != '"') return 0;
  for (at++; *at != '"' && *at != 0 && length + 4 <= max; at++) {
    unsigned long code;
    const char *escape;
    if (*at != '\\') {
      to[length++] = (unsigned char)*at;
      continue;
    }
    at++;
    escape = strchr("b\bf\fn\nr\rt\t", *at);
    if (*at != 'u') {
      to[length++] = (unsigned char)(escape == NULL ? *at : escape[1]);
      continue;
    }
    if (strlen(at) < 5) break;
    code = ft_hex4(at + 1);
    at += 4;
    if (code >= 0xd800 && code < 0xdc00 && strncmp(at + 1, "\\u", 2) == 0 && strlen(at) >= 7) {
      code = 0x10000 + ((code - 0xd800) << 10) + (ft_hex4(at + 3) - 0xdc00);
      at += 6;
    }
    length += ft_put_utf8(code, to + length);
  }
  return length;
}

static void ft_name(const char *line, const char *member, char *to, size_t size) {
  const char *value = ft_member(line, member);
  size_t length = ft_string(value, (unsigned char *)to, size - 1);
  to[length] = 0;
}

static const char FT_BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void ft_put_base64(const unsigned char *bytes, size_t length) {
  for (size_t i = 0; i < length; i += 3) {
    unsigned long triple = (unsigned long)bytes[i] << 16;
    if (i + 1 < length) triple |= (unsigned long)bytes[i + 1] << 8;
    if (i + 2 < length) triple |= bytes[i + 2];
    putchar(FT_BASE64[triple >> 18 & 63]);
    putchar(FT_BASE64[triple >> 12 & 63]);
    putchar(i + 1 < length ? FT_BASE64[triple >> 6 & 63] : '=');
    putchar(i + 2 < length ? FT_BASE64[triple & 63] : '=');
  }
}

static size_t ft_base64(const char *at, unsigned char *to, size_t max) {
  unsigned long bits = 0;
  int held = 0;
  size_t length = 0;
  if (at == NULL || *at != '"') return 0;
  for (at++; *at != '"' && *at != '=' && *at != 0 && length < max; at++) {
    const char *digit = strchr(FT_BASE64, *at);
    if (digit == NULL) continue;
    bits = (bits << 6 | (unsigned long)(digit - FT_BASE64)) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    to[length++] = (unsigned char)(bits >> held & 0xff);
  }
  return length;
}

static void ft_fire(int64_t until) {
  for (;;) {
    int first = -1;
    for (int timer = 0; timer < FT_TIMERS; timer++) {
      if (ft.due[timer] < 0 || ft.due[timer] > until) continue;
      if (first < 0 || ft.due[timer] < ft.due[first] ||
          (ft.due[timer] == ft.due[first] && ft.order[timer] < ft.order[first]))
        first = timer;
    }
    if (first < 0) return;
    if (ft.due[first] > ft.at) ft.at = ft.due[first];
    ft.due[first] = -1;
    ft_elapsed(first);
  }
}

static void ft_take(const char *line, const char *type) {
  struct ft_record record = {.channel = -1, .line = line};
  const char *text = ft_member(line, "text");
  const char *at = ft_member(line, "at");
  if (at == NULL) return;
  snprintf(record.type, sizeof record.type, "%s", type);
  record.at = strtoll(at, NULL, 10);
  record.channel = (int)ft_number(line, "channel", -1);
  ft_name(line, "dir", record.dir, sizeof record.dir);
  ft_name(line, "event", record.event, sizeof record.event);
  record.bytes = ft_bytes;
  record.length = text != NULL ? ft_string(text, ft_bytes, sizeof ft_bytes)
                               : ft_base64(ft_member(line, "b64"), ft_bytes, sizeof ft_bytes);
  ft_fire(record.at - 1);
  ft.at = record.at;
  ft_hear(&record);
}

/* The state that came in pieces, and how much of it. */
static unsigned char ft_pieces[sizeof(struct ft_saved) + 4];
static size_t ft_pieced;

static void ft_piece(const char *value) {
  ft_pieced += ft_base64(value, ft_pieces + ft_pieced, sizeof ft_pieces - ft_pieced);
}

static void ft_open(const char *line) {
  const char *config = ft_member(line, "config");
  const char *snapshot = ft_member(line, "snapshot");
  const char *wrong;
  memset(&ft, 0, sizeof ft);
  for (int timer = 0; timer < FT_TIMERS; timer++) ft.due[timer] = -1;
  wrong = ft_begin(config == NULL ? "{}" : config);
  if (snapshot != NULL) {
    ft_piece(snapshot);
    if (ft_pieced == sizeof ft) memcpy(&ft, ft_pieces, sizeof ft);
    else wrong = "the snapshot is none of this program";
  }
  ft_pieced = 0;
  if (wrong == NULL) puts("{\"type\":\"ready\",\"abi\":1,\"role\":\"" FT_ROLE "\",\"snapshots\":true,\"again\":true}");
  else {
    fputs("{\"type\":\"failed\",\"code\":\"OPTIONS_INVALID\",\"message\":", stdout);
    ft_put_text((const unsigned char *)wrong, strlen(wrong));
    puts("}");
  }
}

static void ft_snapshot(int64_t id) {
  const unsigned char *bytes = (const unsigned char *)&ft;
  for (size_t at = 0; at < sizeof ft; at += FT_PIECE) {
    size_t length = sizeof ft - at < FT_PIECE ? sizeof ft - at : FT_PIECE;
    printf("{\"type\":\"snapshot\",\"id\":%" PRId64 ",\"state\":\"", id);
    ft_put_base64(bytes + at, length);
    printf(at + length < sizeof ft ? "\",\"more\":true}\n" : "\"}\n");
  }
}

static void ft_done(int64_t id) {
  int64_t deadline = -1;
  for (int timer = 0; timer < FT_TIMERS; timer++)
    if (ft.due[timer] >= 0 && (deadline < 0 || ft.due[timer] < deadline)) deadline = ft.due[timer];
  printf("{\"type\":\"done\",\"id\":%" PRId64 ",\"deadline\":", id);
  if (deadline < 0) puts("null}");
  else printf("%" PRId64 "}\n", deadline);
}

/* Speaks the protocol on standard input and output until that is over. */
static int ft_run(void) {
  while (fgets(ft_line, sizeof ft_line, stdin) != NULL) {
    char type[16];
    const char *number = ft_member(ft_line, "id");
    int64_t id = number == NULL ? 0 : strtoll(number, NULL, 10);
    ft_name(ft_line, "type", type, sizeof type);
    if (strcmp(type, "open") == 0) ft_open(ft_line);
    else if (strcmp(type, "state") == 0) ft_piece(ft_member(ft_line, "b64"));
    else if (strcmp(type, "snapshot") == 0) ft_snapshot(id);
    else if (strcmp(type, "advance") == 0) {
      ft_fire(strtoll(ft_member(ft_line, "until"), NULL, 10));
      ft_done(id);
    } else ft_take(ft_line, type);
    if (strcmp(type, "open") == 0 || number != NULL) fflush(stdout);
  }
  return 0;
}

#endif
