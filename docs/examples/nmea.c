/*
 * NMEA 0183 sentences as a subject in C: cc -O2 -o nmea nmea.c, then {"command": ["./nmea"]}.
 *
 * With {"silenceMs": 500} among its options it says when a line has been silent for so long.
 */
#include <stdint.h>

#define CHANNELS 16
#define MAXIMUM 1024

struct wire {
  int64_t offset; /* of the bytes that wait, on the wire */
  int64_t length;
  unsigned char rest[MAXIMUM];
};

#define FT_MACHINE "nmea"
#define FT_TIMERS (CHANNELS * 2)
struct ft_state {
  int64_t silence;
  struct wire wires[CHANNELS * 2];
};
#include "fieldtape.h"

static const char *DIR[] = {"rx", "tx"};

static const char *ft_begin(const char *config) {
  double silence = ft_number(config, "silenceMs", 0);
  if (silence < 0) return "silenceMs must not be negative";
  ft.state.silence = (int64_t)(silence * 1e6);
  return NULL;
}

static void ft_elapsed(int timer) {
  ft_say(timer / 2);
  printf("{\"type\":\"state\",\"state\":\"silent\",\"dir\":\"%s\"}", DIR[timer % 2]);
  ft_said();
}

static void say_fault(int number, const char *fault, const struct wire *wire) {
  ft_say(number / 2);
  printf("{\"type\":\"fault\",\"fault\":\"%s\",\"dir\":\"%s\",\"span\":[%" PRId64 ",%" PRId64 "],\"raw\":", fault,
         DIR[number % 2], wire->offset, wire->length);
  ft_put_hex(wire->rest, (size_t)wire->length);
  putchar('}');
  ft_said();
}

static void say_sentence(int number, const struct wire *wire, size_t star) {
  const unsigned char *text = wire->rest;
  size_t from = 1 + strcspn((const char *)text + 1, ",*");
  ft_say(number / 2);
  printf("{\"type\":\"frame\",\"dir\":\"%s\",\"span\":[%" PRId64 ",%" PRId64 "],\"sentence\":", DIR[number % 2],
         wire->offset, wire->length);
  ft_put_text(text, star + 3);
  fputs(",\"talker\":", stdout);
  ft_put_text(text + 1, from < 3 ? from - 1 : 2);
  fputs(",\"formatter\":", stdout);
  ft_put_text(text + 3, from < 3 ? 0 : from - 3);
  fputs(",\"fields\":[", stdout);
  while (from < star) {
    size_t end = from + 1;
    while (end < star && text[end] != ',') end++;
    ft_put_text(text + from + 1, end - from - 1);
    if (end < star) putchar(',');
    from = end;
  }
  fputs("]}", stdout);
  ft_said();
}

/* What waits is a line as a whole, or as much of one as is kept. */
static void take_line(int number, struct wire *wire) {
  const unsigned char *line = wire->rest;
  size_t end = (size_t)wire->length;
  size_t star = 1;
  unsigned sum = 0, said = 0;
  char digits[3] = {0};
  while (end > 0 && (line[end - 1] == '\n' || line[end - 1] == '\r')) end--;
  if (end > 0) {
    while (star < end && strchr("*$!\r", line[star]) == NULL) sum ^= line[star++];
    if (star + 3 == end) memcpy(digits, line + star + 1, 2);
    if (line[0] != '$' || strspn(digits, "0123456789abcdefABCDEF") != 2 || line[star] != '*') say_fault(number, "rubbish", wire);
    else {
      said = (unsigned)strtoul(digits, NULL, 16);
      if (said != sum) say_fault(number, "bad-checksum", wire);
      else say_sentence(number, wire, star);
    }
  }
  wire->offset += wire->length;
  wire->length = 0;
}

static void give_up(const struct ft_record *record, const char *why) {
  for (int number = 0; number < CHANNELS * 2; number++) {
    struct wire *wire = &ft.state.wires[number];
    if (record->channel >= 0 && record->channel != number / 2) continue;
    if (record->dir[0] != 0 && strcmp(record->dir, DIR[number % 2]) != 0) continue;
    if (wire->length > 0) say_fault(number, why, wire);
    wire->offset += wire->length;
    wire->length = 0;
  }
}

static void ft_hear(const struct ft_record *record) {
  if (strcmp(record->type, "raw") == 0) {
    int number = record->channel * 2 + (record->dir[0] == 't');
    struct wire *wire = &ft.state.wires[number];
    if (record->channel >= CHANNELS) return;
    for (size_t i = 0; i < record->length; i++) {
      wire->rest[wire->length++] = record->bytes[i];
      if (record->bytes[i] == '\n' || wire->length == MAXIMUM) take_line(number, wire);
    }
    if (ft.state.silence > 0) ft_set_timer(number, ft.at + ft.state.silence);
  } else if (strcmp(record->type, "gap") == 0) give_up(record, "interrupted");
  else if (strcmp(record->type, "end") == 0) give_up(record, "unfinished");
  else if (strcmp(record->type, "link") == 0 && strcmp(record->event, "open") != 0) give_up(record, "interrupted");
}

int main(void) { return ft_run(); }
